import type { DnsQuestion, Flow, FlowEnd, Protocol } from "../../model/flow.ts";
import { searchCostName } from "../../model/flow-outcome.ts";
import type { Pod, Service } from "../../model/kubernetes.ts";
import { queryNames } from "../../net/domain-name.ts";
import { flow, podEnd, serviceEnd } from "./draft.ts";
import { netnsOf, type PlanInput, planLimits } from "./input.ts";
import { isApiServer } from "./services.ts";

/** The Service of the cluster's DNS: by kubeadm's and most distributions' label, whatever it is called. */
function dnsService(services: readonly Service[]): Service | undefined {
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

export function clusterDns(input: PlanInput, sources: readonly Pod[]): Flow[] {
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
      ...(index === 0 ? [...recordTypes(input, name), ...searchCost(input, pod)].map((dns) => ask(dns)) : []),
      ...(index === 0 ? externalNames(input) : []).map((dns) =>
        flow({
          purpose: "external-name",
          from,
          to,
          protocol: "udp",
          port: target({ protocol: "UDP" })?.port ?? 53,
          dns,
        }),
      ),
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

/** The names outside the cluster that ExternalName Services stand for. */
function externalNames(input: PlanInput): DnsQuestion[] {
  const names = input.services.flatMap(({ externalName }) => {
    const bare = externalName.toLowerCase().replace(/\.$/, "");
    return /^[a-z0-9_]([a-z0-9._-]*[a-z0-9])?$/.test(bare) && !bare.endsWith(`.${input.clusterDomain}`) ? [bare] : [];
  });
  return [...new Set(names)].slice(0, planLimits.externalNames).map((name) => ({ name: `${name}.`, type: "A" }));
}

/** The queries that one getaddrinfo(3) of a name outside the cluster makes in this Pod, one after the other in its search list. */
function searchCost(input: PlanInput, pod: Pod): DnsQuestion[] {
  const conf = netnsOf(input.nodeStates.get(pod.node), pod)?.resolvConf;
  if (conf === undefined || !conf.known) return [];
  return queryNames(searchCostName, conf.value).flatMap((name) => [
    { name, type: "A" } as const,
    { name, type: "AAAA" } as const,
  ]);
}
