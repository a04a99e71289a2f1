import type { PlanInput } from "../../../src/engine/plan/input.ts";
import type { EndpointSlice, Node, Pod, Service, ServicePort } from "../../../src/model/kubernetes.ts";
import { known, unknown } from "../../../src/model/learned.ts";
import type { Link, NodeState, PodNetns, Route } from "../../../src/model/node.ts";

export const RUN = "netdoctor-x7k2q";
const absent = unknown("not-collected", "not part of this test");

export const nodeName = (index: number): string => `node${index}`;
export const nodeIp = (index: number): string => `192.168.${index >> 8}.${index & 255}`;
export const podIp = (index: number, pod: number): string => `10.${index >> 8}.${index & 255}.${pod}`;

function node(index: number): Node {
  const name = nodeName(index);
  return {
    name,
    labels: {},
    annotations: {},
    podCIDRs: [`${podIp(index, 0)}/24`],
    internalIPs: [nodeIp(index)],
    externalIPs: [],
    hostname: name,
    ready: true,
    readyReason: "",
    networkUnavailable: false,
    unschedulable: false,
    providerID: "",
    os: "linux",
    kubeletVersion: "v1.34.4",
    runtime: "containerd",
    podCapacity: 110,
  };
}

export function pod(namespace: string, name: string, node: string, ip: string, different: Partial<Pod> = {}): Pod {
  return {
    namespace,
    name,
    uid: `uid-${namespace}-${name}`,
    labels: {},
    node,
    phase: "Running",
    ready: true,
    terminating: false,
    hostNetwork: false,
    ips: [ip],
    owner: null,
    ports: [],
    containers: [],
    dnsPolicy: "ClusterFirst",
    dnsConfig: { nameservers: [], searches: [], ndots: null },
    hostnames: [],
    createdAt: "2026-01-01T00:00:00Z",
    ...different,
  };
}

export const port = (number: number, different: Partial<ServicePort> = {}): ServicePort => ({
  name: "",
  port: number,
  protocol: "TCP",
  targetPort: number,
  nodePort: null,
  ...different,
});
export function service(namespace: string, name: string, ip: string, different: Partial<Service> = {}): Service {
  return {
    namespace,
    name,
    labels: {},
    type: "ClusterIP",
    selector: {},
    headless: false,
    clusterIPs: [ip],
    ports: [port(80)],
    publishNotReadyAddresses: false,
    internalTrafficPolicy: "Cluster",
    externalTrafficPolicy: "Cluster",
    sessionAffinity: "None",
    loadBalancerIPs: [],
    externalIPs: [],
    externalName: "",
    ...different,
  };
}
export function slice(of: Service, pods: readonly Pod[], different: Partial<EndpointSlice> = {}): EndpointSlice {
  return {
    namespace: of.namespace,
    name: `${of.name}-abcde`,
    service: of.name,
    family: "IPv4",
    endpoints: pods.map(({ namespace, name, node, ips }) => ({
      addresses: ips,
      ready: true,
      serving: true,
      terminating: false,
      node,
      target: { kind: "Pod", namespace, name },
    })),
    ports: of.ports.map(({ name, port: number, protocol }) => ({ name, port: number, protocol })),
    ...different,
  };
}

const eth0 = (address: string): Link => ({
  index: 2,
  name: "eth0",
  peerIndex: 5,
  peerNetnsId: 0,
  flags: ["UP"],
  up: true,
  operState: "UP",
  mtuBytes: 1450,
  mac: "02:00:00:00:00:01",
  kind: "veth",
  master: null,
  bridgePort: null,
  vxlan: null,
  addresses: [{ family: "IPv4", address, prefixLength: 24, scope: "global" }],
});

/** A Pod's network namespace with its device, no rule of its own, and the server of a probe Pod if it has one. */
export function netns(of: Pod, serving: boolean, search: readonly string[] = []): PodNetns {
  const socket = { protocol: "tcp", family: "IPv4", address: "0.0.0.0", port: 8080 } as const;
  return {
    inode: `40265${of.ips[0]?.replaceAll(".", "")}`,
    pid: 4711,
    path: "",
    podUid: of.uid,
    links: known([eth0(of.ips[0] ?? "")]),
    routes: absent,
    rules: absent,
    neighbours: absent,
    iptables: known([]),
    nftables: known({ tables: [] }),
    sockets: known(serving ? [socket] : []),
    sysctls: absent,
    resolvConf: known({ nameservers: ["10.96.0.10"], search, ndots: 5, options: ["ndots:5"] }),
  };
}

const gateway: Route = {
  family: "IPv4",
  table: "main",
  type: "unicast",
  destination: "0.0.0.0/0",
  gateway: "192.168.0.1",
  device: "eth0",
  source: null,
  metric: 0,
  mtuBytes: null,
  flags: [],
  protocol: "boot",
  scope: "global",
  nexthops: [],
};
export function nodeState(name: string, namespaces: readonly PodNetns[], nameservers: readonly string[]): NodeState {
  return {
    node: name,
    kernel: absent,
    links: absent,
    routes: known([gateway]),
    rules: absent,
    neighbours: absent,
    fdb: absent,
    qdiscs: absent,
    iptables: absent,
    nftables: absent,
    ipsets: absent,
    sysctls: absent,
    sysctlsAtStart: absent,
    linksAtStart: absent,
    sockets: absent,
    resolvConf: known({ nameservers, search: [], ndots: 1, options: [] }),
    kubeletResolvConf: absent,
    kubelet: absent,
    cniConfigs: absent,
    cniConfDir: absent,
    cniBinDir: absent,
    cniBinaries: absent,
    cniFiles: absent,
    conntrackStats: absent,
    processes: absent,
    netns: known(namespaces),
  };
}

export interface ClusterShape {
  readonly nodes: number;
  readonly run?: string;
  readonly podsPerNode?: number;
  /** False: the image could not start the probe server. */
  readonly serving?: boolean;
  readonly services?: readonly Service[];
  readonly slices?: readonly EndpointSlice[];
  readonly nameservers?: readonly string[];
}

/** A healthy cluster of so many Nodes, each with workload Pods and a probe Pod; DNS and the API server as kubeadm has them. */
export function cluster(shape: ClusterShape): PlanInput {
  const { nodes: count, run = RUN, podsPerNode = 2, serving = true, nameservers = ["192.0.2.53"] } = shape;
  const indexes = Array.from({ length: count }, (_, index) => index);
  const workload = indexes.map((index) =>
    Array.from({ length: podsPerNode }, (_, at) =>
      pod("shop", `web-${index}-${at}`, nodeName(index), podIp(index, at + 2)),
    ),
  );
  const probes = indexes.map((index) => pod(run, `probe-${index}`, nodeName(index), podIp(index, 200)));
  const replicas = indexes
    .slice(0, 2)
    .map((index) => pod("kube-system", `coredns-${index}`, nodeName(index), podIp(index, 100)));
  const udpAndTcp = [port(53, { name: "dns", protocol: "UDP" }), port(53, { name: "dns-tcp" })];
  const dns = service("kube-system", "kube-dns", "10.96.0.10", { labels: { "k8s-app": "kube-dns" }, ports: udpAndTcp });
  const api = service("default", "kubernetes", "10.96.0.1", { ports: [port(443, { name: "https" })], selector: null });
  const own = ["probe", "hairpin"].map((name, at) => service(run, name, `10.96.9.${at + 1}`, { ports: [port(8080)] }));
  const search = [`${run}.svc.cluster.local`, "svc.cluster.local", "cluster.local"];
  const states = indexes.map((index) => {
    const spaces = [
      ...(workload[index] ?? []).map((one) => netns(one, false)),
      ...probes.slice(index, index + 1).map((one) => netns(one, serving, search)),
    ];
    return [nodeName(index), nodeState(nodeName(index), spaces, nameservers)] as const;
  });
  return {
    nodes: indexes.map(node),
    pods: [...workload.flat(), ...replicas],
    services: [api, dns, ...(shape.services ?? [])],
    ownServices: own,
    endpointSlices: [
      slice(dns, replicas),
      ...own.slice(0, 1).map((one) => slice(one, probes)),
      ...(shape.slices ?? []),
    ],
    nodeStates: new Map(states),
    probePods: new Map(probes.map((probe) => [probe.node, probe])),
    clusterDomain: "cluster.local",
    egress: [],
    egressOff: false,
  };
}
