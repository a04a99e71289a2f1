import type { Facts } from "../model/facts.ts";
import type { DnsQuestion, Flow, FlowEnd, FlowPurpose, Protocol } from "../model/flow.ts";
import type { Pod, Service } from "../model/kubernetes.ts";
import type { NodeState, PodNetns } from "../model/node.ts";

/** What of the cluster decides which probes make sense. */
export interface PlanInput extends Pick<Facts, "nodes" | "pods" | "services" | "endpointSlices" | "nodeStates"> {
  /** The run's own Pods with an address, by Node. */
  readonly probePods: ReadonlyMap<string, Pod>;
  readonly ownServices: readonly Service[];
  readonly clusterDomain: string;
  /** Addresses for egress the user named; empty = the upstream DNS servers that Nodes already use. */
  readonly egress: readonly { readonly ip: string; readonly port: number }[];
  readonly egressOff: boolean;
}

/** Sizes are bounded so that probes grow with Nodes, and a cluster of many Services is sampled rather than flooded. */
export const planLimits = {
  podsPerNode: 250,
  services: 500,
  endpointsPerService: 5,
  nodePortServices: 20,
  dnsReplicas: 8,
} as const;

/** The flows of one `check`: every Node covered as source and as target, and O(Nodes + Pods + Services) of them. */
export function planFlows(input: PlanInput): readonly Flow[] {
  const sources = [...input.probePods.values()].sort((a, b) => a.node.localeCompare(b.node));
  const flows = [
    ...betweenProbePods(input, sources),
    ...withinNode(input, sources),
    ...nodeToPods(input),
    ...podsToNodes(input, sources),
    ...services(input, sources),
    ...nodePorts(input, sources),
    ...clusterDns(input, sources),
    ...egress(input, sources),
  ];
  return [...new Map(flows.map((flow) => [flow.id, flow])).values()];
}

interface Draft {
  readonly purpose: FlowPurpose;
  readonly from: FlowEnd;
  readonly to: FlowEnd;
  readonly protocol: Protocol;
  readonly port?: number;
  readonly packetBytes?: number;
  readonly dns?: DnsQuestion;
}
function flow(draft: Draft): Flow {
  const { purpose, from, to, protocol, port = null, packetBytes = null, dns = null } = draft;
  const detail = dns === null ? "" : ` ${dns.type} ${dns.name}`;
  return {
    id: `${purpose} ${endName(from)} to ${endName(to)} ${protocol}${port === null ? "" : `/${port}`}${detail}`,
    purpose,
    from,
    to,
    protocol,
    port,
    packetBytes,
    dns,
  };
}
const probePort = 8080;

export function endName(end: FlowEnd): string {
  switch (end.kind) {
    case "Pod":
      return isProbe(end) ? `probe@${end.node}` : `pod/${end.namespace}/${end.name}`;
    case "Node":
      return `node/${end.name}`;
    case "Service":
      return isProbe(end) ? `svc/${end.name}` : `svc/${end.namespace}/${end.name}`;
    case "IP":
      return end.ip;
  }
}
/** Runs have random names; leaving them out keeps flow ids the same between runs. */
const isProbe = (end: { readonly namespace: string }): boolean => /^netdoctor-[a-z0-9]+$/.test(end.namespace);

const podEnd = (pod: Pod, ip = pod.ips[0] ?? ""): FlowEnd => ({
  kind: "Pod",
  namespace: pod.namespace,
  name: pod.name,
  node: pod.node,
  ip,
  hostNetwork: pod.hostNetwork,
});
const serviceEnd = (service: Service, ip: string): FlowEnd => ({
  kind: "Service",
  namespace: service.namespace,
  name: service.name,
  ip,
});

export function netnsOf(state: NodeState | undefined, pod: Pod): PodNetns | undefined {
  return state?.netns.known ? state.netns.value.find((netns) => netns.podUid === pod.uid) : undefined;
}
/** Whether the probe server is up there; where the image could not start it, nothing is asked of it. */
function serves(input: PlanInput, pod: Pod): boolean {
  const sockets = netnsOf(input.nodeStates.get(pod.node), pod)?.sockets;
  return sockets === undefined || !sockets.known || sockets.value.some(({ port }) => port === probePort);
}

/** A ring in both directions: with three Nodes every pair. */
function betweenProbePods(input: PlanInput, sources: readonly Pod[]): Flow[] {
  if (sources.length < 2) return [];
  return sources.flatMap((from, index) => {
    const next = sources[(index + 1) % sources.length];
    const previous = sources[(index + sources.length - 1) % sources.length];
    const targets = [...new Set([next, previous])].filter((pod) => pod !== undefined);
    return targets.flatMap((to) => {
      const ends = { from: podEnd(from), to: podEnd(to) };
      const mtu = deviceMtu(input, from);
      return [
        flow({ purpose: "pod-to-pod", ...ends, protocol: "icmp" }),
        ...(serves(input, to)
          ? (["tcp", "udp"] as const).map((protocol) =>
              flow({ purpose: "pod-to-pod", ...ends, protocol, port: probePort }),
            )
          : []),
        ...(mtu === null ? [] : [flow({ purpose: "path-mtu", ...ends, protocol: "icmp", packetBytes: mtu })]),
      ];
    });
  });
}
function deviceMtu(input: PlanInput, pod: Pod): number | null {
  const links = netnsOf(input.nodeStates.get(pod.node), pod)?.links;
  if (links === undefined || !links.known) return null;
  return links.value.find((link) => link.addresses.some(({ address }) => pod.ips.includes(address)))?.mtuBytes ?? null;
}

const onPodNetwork = (pod: Pod): boolean =>
  !pod.hostNetwork && pod.phase === "Running" && !pod.terminating && pod.ips.length > 0;

/** From the probe Pod to one other Pod of its own Node, and to itself through a Service (hairpin). */
function withinNode(input: PlanInput, sources: readonly Pod[]): Flow[] {
  const hairpin = input.ownServices.find(({ name }) => name === "hairpin");
  const address = hairpin?.clusterIPs[0];
  return sources.flatMap((from) => {
    const neighbour = input.pods.find(
      (pod) => onPodNetwork(pod) && pod.node === from.node && pod.uid !== from.uid && pod.ready,
    );
    return [
      ...(neighbour === undefined
        ? []
        : [flow({ purpose: "pod-to-pod", from: podEnd(from), to: podEnd(neighbour), protocol: "icmp" })]),
      ...(hairpin === undefined || address === undefined || !serves(input, from)
        ? []
        : [
            flow({
              purpose: "hairpin",
              from: podEnd(from),
              to: serviceEnd(hairpin, address),
              protocol: "tcp",
              port: probePort,
            }),
          ]),
    ];
  });
}

/** What the kubelet needs for its probes: every Pod on the Node. */
function nodeToPods(input: PlanInput): Flow[] {
  return input.nodes.flatMap((node) => {
    const ip = node.internalIPs[0];
    if (ip === undefined || !input.nodeStates.has(node.name)) return [];
    const pods = [...input.pods, ...input.probePods.values()].filter(
      (pod) => onPodNetwork(pod) && pod.node === node.name,
    );
    return pods
      .slice(0, planLimits.podsPerNode)
      .map((pod) =>
        flow({
          purpose: "node-to-pod",
          from: { kind: "Node", name: node.name, ip },
          to: podEnd(pod),
          protocol: "icmp",
        }),
      );
  });
}

function podsToNodes(input: PlanInput, sources: readonly Pod[]): Flow[] {
  const names = input.nodes.map(({ name }) => name);
  return sources.flatMap((from) => {
    const at = names.indexOf(from.node);
    const targets = [...new Set([at, (at + 1) % names.length])].map((index) => input.nodes[index]);
    return targets.flatMap((node) => {
      const ip = node?.internalIPs[0];
      return node === undefined || ip === undefined
        ? []
        : [
            flow({
              purpose: "pod-to-node",
              from: podEnd(from),
              to: { kind: "Node", name: node.name, ip },
              protocol: "icmp",
            }),
          ];
    });
  });
}

/** Each Service from one Node in turn, with every endpoint behind it; the API server's and the run's own from every Node. */
function services(input: PlanInput, sources: readonly Pod[]): Flow[] {
  if (sources.length === 0) return [];
  const everywhere = [
    ...input.services.filter(isApiServer),
    ...input.ownServices.filter(({ name }) => name === "probe"),
  ];
  const others = input.services.filter((service) => !isApiServer(service)).slice(0, planLimits.services);
  return [
    ...everywhere.flatMap((service) => sources.flatMap((from) => serviceFlows(input, service, from))),
    ...others.flatMap((service, index) => serviceFlows(input, service, sources[index % sources.length])),
  ];
}
const isApiServer = (service: Service): boolean => service.namespace === "default" && service.name === "kubernetes";

function serviceFlows(input: PlanInput, service: Service, from: Pod | undefined): Flow[] {
  const address = service.clusterIPs[0];
  if (from === undefined || service.type === "ExternalName") return [];
  const source = podEnd(from);
  const toService =
    address === undefined || service.headless
      ? []
      : service.ports
          .filter(({ protocol }) => protocol === "TCP")
          .map((port) =>
            flow({
              purpose: isApiServer(service) ? "api-server" : "pod-to-service",
              from: source,
              to: serviceEnd(service, address),
              protocol: "tcp",
              port: port.port,
            }),
          );
  return [...toService, ...endpointFlows(input, service, source)];
}

function endpointFlows(input: PlanInput, service: Service, from: FlowEnd): Flow[] {
  const slices = input.endpointSlices.filter(
    (slice) => slice.namespace === service.namespace && slice.service === service.name && slice.family === "IPv4",
  );
  const ends = slices.flatMap((slice) =>
    slice.endpoints
      .filter(({ ready }) => ready)
      .flatMap((endpoint) =>
        slice.ports.flatMap(({ port, protocol }) =>
          port === null || protocol !== "TCP" ? [] : endpoint.addresses.map((ip) => ({ ip, port, endpoint })),
        ),
      ),
  );
  return ends.slice(0, planLimits.endpointsPerService).map(({ ip, port, endpoint }) => {
    const pod = input.pods.find(
      (candidate) => candidate.namespace === endpoint.target?.namespace && candidate.name === endpoint.target.name,
    );
    const to: FlowEnd = pod === undefined ? { kind: "IP", ip } : podEnd(pod, ip);
    return flow({ purpose: isApiServer(service) ? "api-server" : "pod-to-endpoint", from, to, protocol: "tcp", port });
  });
}

/** Every Node's port from a Pod of another Node and from another Node itself. */
function nodePorts(input: PlanInput, sources: readonly Pod[]): Flow[] {
  const open = input.services
    .filter(({ externalTrafficPolicy }) => externalTrafficPolicy === "Cluster")
    .flatMap((service) =>
      service.ports.filter(({ nodePort, protocol }) => nodePort !== null && protocol === "TCP").slice(0, 1),
    )
    .slice(0, planLimits.nodePortServices);
  return input.nodes.flatMap((node, index) => {
    const ip = node.internalIPs[0];
    const pod = sources[(index + 1) % Math.max(sources.length, 1)];
    const peer = input.nodes[(index + 1) % input.nodes.length];
    const peerIp = peer?.internalIPs[0];
    if (ip === undefined) return [];
    const to: FlowEnd = { kind: "Node", name: node.name, ip };
    return open.flatMap(({ nodePort }) => [
      ...(pod === undefined
        ? []
        : [flow({ purpose: "node-port", from: podEnd(pod), to, protocol: "tcp", port: nodePort ?? 0 })]),
      ...(peer === undefined || peerIp === undefined || peer === node || !input.nodeStates.has(peer.name)
        ? []
        : [
            flow({
              purpose: "node-port",
              from: { kind: "Node", name: peer.name, ip: peerIp },
              to,
              protocol: "tcp",
              port: nodePort ?? 0,
            }),
          ]),
    ]);
  });
}

/** The Service of the cluster's DNS: by kubeadm's and most distributions' label, whatever it is called. */
export function dnsService(services: readonly Service[]): Service | undefined {
  const labelled = services.filter(
    ({ labels, ports }) => labels["k8s-app"] === "kube-dns" && ports.some(({ port }) => port === 53),
  );
  return (
    labelled.find(({ headless }) => !headless) ??
    services.find(
      ({ namespace, name }) => namespace === "kube-system" && /^(kube-dns|coredns|rke2-coredns.*)$/.test(name),
    )
  );
}

function clusterDns(input: PlanInput, sources: readonly Pod[]): Flow[] {
  const service = dnsService(input.services);
  const address = service?.clusterIPs[0];
  if (service === undefined || address === undefined) return [];
  const name = `kubernetes.default.svc.${input.clusterDomain}.`;
  const question: DnsQuestion = { name, type: "A" };
  const replicas = input.endpointSlices
    .filter(
      (slice) => slice.namespace === service.namespace && slice.service === service.name && slice.family === "IPv4",
    )
    .flatMap((slice) => slice.endpoints)
    .filter(({ ready }) => ready)
    .slice(0, planLimits.dnsReplicas);
  const target = (port: { readonly protocol: string }) =>
    service.ports.find(({ protocol }) => protocol === port.protocol);
  return sources.flatMap((pod, index) => {
    const from = podEnd(pod);
    const to = serviceEnd(service, address);
    const ask = (dns: DnsQuestion, protocol: Protocol = "udp") =>
      flow({ purpose: "dns", from, to, protocol, port: target({ protocol: protocol.toUpperCase() })?.port ?? 53, dns });
    const direct = replicas.flatMap((endpoint) =>
      endpoint.addresses.slice(0, 1).flatMap((ip) => {
        const replica = input.pods.find(
          (candidate) => candidate.namespace === endpoint.target?.namespace && candidate.name === endpoint.target.name,
        );
        const end: FlowEnd = replica === undefined ? { kind: "IP", ip } : podEnd(replica, ip);
        return (["udp", "tcp"] as const).map((protocol) =>
          flow({ purpose: "dns", from, to: end, protocol, port: dnsPort(input, service, protocol), dns: question }),
        );
      }),
    );
    return [
      ask(question),
      ask(question, "tcp"),
      ask({ name: ".", type: "NS" }),
      ...(index === 0 ? recordTypes(input, name).map((dns) => ask(dns)) : []),
      ...direct,
    ];
  });
}
/** The port a replica really listens on, which the Service need not share. */
function dnsPort(input: PlanInput, service: Service, protocol: "udp" | "tcp"): number {
  const slice = input.endpointSlices.find(
    (candidate) => candidate.namespace === service.namespace && candidate.service === service.name,
  );
  return (
    slice?.ports.find(
      (port) =>
        port.protocol === protocol.toUpperCase() &&
        (port.name === "dns" || port.name === "dns-tcp" || port.port === 53),
    )?.port ?? 53
  );
}
function recordTypes(input: PlanInput, name: string): DnsQuestion[] {
  const api = input.services.find(isApiServer);
  const address = api?.clusterIPs.find((ip) => !ip.includes(":"));
  const port = api?.ports[0]?.name;
  return [
    { name, type: "AAAA" },
    ...(port === undefined || port === "" ? [] : [{ name: `_${port}._tcp.${name}`, type: "SRV" } as const]),
    ...(address === undefined
      ? []
      : [{ name: `${address.split(".").reverse().join(".")}.in-addr.arpa.`, type: "PTR" } as const]),
  ];
}

/** With no target named, only what the cluster already talks to: the DNS servers of its Nodes. */
function egress(input: PlanInput, sources: readonly Pod[]): Flow[] {
  if (input.egressOff) return [];
  return sources.flatMap((pod) => {
    const from = podEnd(pod);
    if (input.egress.length > 0)
      return input.egress.map(({ ip, port }) =>
        flow({ purpose: "egress", from, to: { kind: "IP", ip }, protocol: "tcp", port }),
      );
    const state = input.nodeStates.get(pod.node);
    const conf = state?.kubeletResolvConf.known ? state.kubeletResolvConf : state?.resolvConf;
    const servers = conf?.known
      ? conf.value.nameservers.filter((server) => !/^(127\.|::1$|169\.254\.|fe80:)/.test(server)).slice(0, 2)
      : [];
    return servers.map((ip) =>
      flow({
        purpose: "egress",
        from,
        to: { kind: "IP", ip },
        protocol: "udp",
        port: 53,
        dns: { name: ".", type: "NS" },
      }),
    );
  });
}
