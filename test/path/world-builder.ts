import type { Facts } from "../../src/model/facts.ts";
import type { Flow, FlowEnd, Walk } from "../../src/model/flow.ts";
import type { EndpointSlice, Node, Pod, Service } from "../../src/model/kubernetes.ts";
import { known, type Learned, unknown } from "../../src/model/learned.ts";
import type {
  FdbEntry,
  Link,
  Neighbour,
  NodeState,
  PodNetns,
  Route,
  RoutingRule,
  Socket,
} from "../../src/model/node.ts";
import { walkFlow } from "../../src/path/walk.ts";
import { buildWorld } from "../../src/path/world.ts";
import { parseIptablesSave } from "../../src/read/node/iptables-save.ts";
import { parseNftRuleset } from "../../src/read/node/nft-ruleset.ts";
import { baseIptables } from "./base-rules.ts";

type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** One network namespace, to be changed by a test before the world is made of it. */
export interface NetnsDraft {
  links: Draft<Link>[];
  routes: Route[];
  rules: RoutingRule[];
  neighbours: Neighbour[];
  iptables: string;
  /** Documents of `nft -j list table`, one a line. */
  nft: string;
  sockets: Socket[];
  sysctls: Map<string, string>;
}
export interface PodDraft extends NetnsDraft {
  readonly name: string;
  readonly ip: string;
  readonly node: string;
  hostLink: Draft<Link>;
}
export interface NodeDraft extends NetnsDraft {
  readonly name: string;
  readonly ip: string;
  readonly podCIDR: string;
  fdb: FdbEntry[];
  readonly pods: PodDraft[];
  /** Parts that a test makes unreadable. */
  unreadable: Partial<Pick<NodeState, "iptables" | "routes" | "rules" | "netns" | "sysctls" | "fdb">>;
}
export interface Cluster {
  readonly nodes: NodeDraft[];
  services: Service[];
  slices: EndpointSlice[];
  /** Nodes whose state is left out. */
  unread: Set<string>;
}

export type Shape = "vxlan" | "routes" | "host-routes" | "no-pod-routes";

/** A cluster of `count` Nodes with two Pods each and the Service shop/web over all first Pods. */
export function cluster(shape: Shape, count = 2): Cluster {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const nodes = numbers.map((number) => nodeDraft(shape, number, numbers));
  const endpoints = nodes.flatMap(({ pods }) => pods.slice(0, 1));
  for (const node of nodes) node.iptables = baseIptables(endpoints.map(({ ip }) => ip));
  return { nodes, services: [SERVICE], slices: [sliceOf(endpoints)], unread: new Set() };
}

export function nodeOf(world: Cluster, number: number): NodeDraft {
  const node = world.nodes[number - 1];
  if (node === undefined) throw new Error(`no node${number}`);
  return node;
}

export function podOf(world: Cluster, number: number, which = 0): PodDraft {
  const pod = nodeOf(world, number).pods[which];
  if (pod === undefined) throw new Error(`no Pod ${which} on node${number}`);
  return pod;
}

export function linkOf(draft: NetnsDraft, name: string): Draft<Link> {
  const link = draft.links.find((one) => one.name === name);
  if (link === undefined) throw new Error(`no device ${name}`);
  return link;
}

/** Removes the routes that lead to this destination. */
export function dropRoute(draft: NetnsDraft, destination: string): void {
  draft.routes = draft.routes.filter((one) => one.destination !== destination);
}

export function addRule(draft: NetnsDraft, table: string, rule: string): void {
  const at = draft.iptables.indexOf("COMMIT", draft.iptables.indexOf(`*${table}\n`));
  draft.iptables = `${draft.iptables.slice(0, at)}${rule}\n${draft.iptables.slice(at)}`;
}

export const podEnd = ({ name, ip, node }: PodDraft): FlowEnd => ({
  kind: "Pod",
  namespace: "shop",
  name,
  node,
  ip,
  hostNetwork: false,
});
export const nodeEnd = ({ name, ip }: NodeDraft): FlowEnd => ({ kind: "Node", name, ip });
export const serviceEnd: FlowEnd = { kind: "Service", namespace: "shop", name: "web", ip: "10.96.0.50" };

export function flow(from: FlowEnd, to: FlowEnd, more: Partial<Flow> = {}): Flow {
  const base = {
    id: "flow",
    purpose: "pod-to-pod",
    protocol: "tcp",
    port: 8080,
    packetBytes: null,
    dns: null,
  } as const;
  return { ...base, from, to, ...more };
}

/** Walks one flow over the cluster; the walks' verdicts are what tests look at. */
export function walk(world: Cluster, one: Flow): Walk[] {
  return walkFlow(one, buildWorld(factsOf(world)));
}

export function onlyWalk(world: Cluster, one: Flow): Walk {
  const [first, ...others] = walk(world, one);
  if (first === undefined || others.length > 0) throw new Error(`expected one walk, got ${others.length + 1}`);
  return first;
}

export type WalkFacts = Pick<Facts, "nodes" | "pods" | "services" | "endpointSlices" | "nodeStates" | "unreadNodes">;

export function factsOf(world: Cluster): WalkFacts {
  const read = world.nodes.filter(({ name }) => !world.unread.has(name));
  return {
    nodes: world.nodes.map(toNode),
    pods: world.nodes.flatMap(({ pods }) => pods.map(toPod)),
    services: world.services,
    endpointSlices: world.slices,
    nodeStates: new Map(read.map((node) => [node.name, toState(node)])),
    unreadNodes: new Map([...world.unread].map((name) => [name, { reason: "timed-out", detail: "no answer in 10 s" }])),
  };
}

export function link(more: Partial<Link> & Pick<Link, "index" | "name">): Draft<Link> {
  return {
    peerIndex: null,
    peerNetnsId: null,
    flags: ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"],
    up: true,
    operState: "UP",
    mtuBytes: 1500,
    mac: "",
    kind: "",
    master: null,
    bridgePort: null,
    vxlan: null,
    addresses: [],
    ...more,
  };
}

export function takeDown(one: Draft<Link>): void {
  one.up = false;
  one.operState = "DOWN";
  one.flags = ["BROADCAST", "MULTICAST"];
}

export function route(destination: string, more: Partial<Route> = {}): Route {
  return {
    family: destination.includes(":") ? "IPv6" : "IPv4",
    table: "main",
    type: "unicast",
    destination,
    gateway: null,
    device: null,
    source: null,
    metric: 0,
    mtuBytes: null,
    flags: [],
    protocol: "kernel",
    scope: "global",
    nexthops: [],
    ...more,
  };
}

export function rule(priority: number, more: Partial<RoutingRule> = {}): RoutingRule {
  return {
    family: "IPv4",
    priority,
    source: null,
    destination: null,
    fwmark: null,
    iif: null,
    oif: null,
    table: "main",
    action: "lookup",
    inverted: false,
    unmodelled: [],
    ...more,
  };
}

const DEFAULT_RULES = [rule(0, { table: "local" }), rule(32766), rule(32767, { table: "default" })];
const ipv4 = (address: string, prefixLength: number): Link["addresses"][number] => ({
  family: "IPv4",
  address,
  prefixLength,
  scope: "global",
});
const nodeIp = (number: number): string => `192.168.0.1${number}`;
const podNet = (number: number): string => `10.244.${number}`;
const mac = (kind: number, number: number): string => `02:00:00:00:0${kind}:0${number}`;

function nodeDraft(shape: Shape, number: number, all: readonly number[]): NodeDraft {
  const bridged = shape !== "host-routes";
  const overlay = shape === "vxlan";
  const mtuBytes = overlay ? 1450 : 1500;
  const net = podNet(number);
  const pods = [0, 1].map((which) => podDraft(number, which, bridged, mtuBytes));
  const cni0 = link({
    index: 4,
    name: "cni0",
    kind: "bridge",
    mac: mac(2, number),
    mtuBytes,
    addresses: [ipv4(`${net}.1`, 24)],
  });
  const flannel = link({
    index: 3,
    name: "flannel.1",
    kind: "vxlan",
    operState: "UNKNOWN",
    mac: mac(3, number),
    mtuBytes,
    vxlan: {
      id: 1,
      local: nodeIp(number),
      group: null,
      lowerDevice: "eth0",
      port: 8472,
      learning: false,
      external: false,
    },
    addresses: [ipv4(`${net}.0`, 32)],
  });
  const eth0 = link({ index: 2, name: "eth0", mac: mac(1, number), addresses: [ipv4(nodeIp(number), 24)] });
  const others = all.filter((other) => other !== number);
  return {
    name: `node${number}`,
    ip: nodeIp(number),
    podCIDR: `${net}.0/24`,
    pods,
    links: [
      LOOPBACK(),
      eth0,
      ...(overlay ? [flannel] : []),
      ...(bridged ? [cni0] : []),
      ...pods.map(({ hostLink }) => hostLink),
    ],
    routes: [
      route(`${nodeIp(number)}/32`, { table: "local", type: "local", device: "eth0" }),
      route("127.0.0.0/8", { table: "local", type: "local", device: "lo" }),
      route("0.0.0.0/0", { gateway: "192.168.0.1", device: "eth0" }),
      route("192.168.0.0/24", { device: "eth0", source: nodeIp(number) }),
      ...(overlay ? [route(`${net}.0/32`, { table: "local", type: "local", device: "flannel.1" })] : []),
      ...(bridged
        ? [
            route(`${net}.1/32`, { table: "local", type: "local", device: "cni0" }),
            route(`${net}.0/24`, { device: "cni0", source: `${net}.1` }),
          ]
        : pods.map((pod) => route(`${pod.ip}/32`, { device: pod.hostLink.name, scope: "link" }))),
      ...(shape === "no-pod-routes" ? [] : others.map((other) => routeTo(other, overlay))),
    ],
    rules: [...DEFAULT_RULES],
    neighbours: overlay ? others.map((other) => permanent(`${podNet(other)}.0`, "flannel.1", mac(3, other))) : [],
    fdb: overlay ? others.map((other) => fdb(mac(3, other), nodeIp(other))) : [],
    iptables: "",
    nft: "",
    sockets: [socket("0.0.0.0", 10250)],
    sysctls: new Map([
      ["net.ipv4.ip_forward", "1"],
      ["net.bridge.bridge-nf-call-iptables", "1"],
      ["net.ipv4.conf.all.rp_filter", "0"],
      ["net.ipv4.conf.eth0.rp_filter", "0"],
    ]),
    unreadable: {},
  };
}

const LOOPBACK = (): Draft<Link> =>
  link({
    index: 1,
    name: "lo",
    operState: "UNKNOWN",
    mtuBytes: 65_536,
    addresses: [{ ...ipv4("127.0.0.1", 8), scope: "host" }],
  });

const routeTo = (other: number, overlay: boolean): Route =>
  overlay
    ? route(`${podNet(other)}.0/24`, { gateway: `${podNet(other)}.0`, device: "flannel.1", flags: ["onlink"] })
    : route(`${podNet(other)}.0/24`, { gateway: nodeIp(other), device: "eth0" });

export const permanent = (address: string, device: string, lladdr: string): Neighbour => ({
  address,
  device,
  mac: lladdr,
  state: ["PERMANENT"],
});
export const fdb = (lladdr: string, destination: string): FdbEntry => ({
  mac: lladdr,
  device: "flannel.1",
  destination,
  master: null,
  state: "permanent",
  flags: ["self"],
});
export const socket = (address: string, port: number, protocol: Socket["protocol"] = "tcp"): Socket => ({
  protocol,
  family: address.includes(":") ? "IPv6" : "IPv4",
  address,
  port,
});

function podDraft(number: number, which: number, bridged: boolean, mtuBytes: number): PodDraft {
  const net = podNet(number);
  const ip = `${net}.${2 + which}`;
  const gateway = bridged ? `${net}.1` : "169.254.1.1";
  const hostIndex = 10 + which;
  const eth0 = link({
    index: 2,
    name: "eth0",
    kind: "veth",
    peerIndex: hostIndex,
    peerNetnsId: 0,
    mac: `02:00:00:01:0${number}:0${which}`,
    mtuBytes,
    addresses: [ipv4(ip, bridged ? 24 : 32)],
  });
  const hostLink = link({
    index: hostIndex,
    name: `veth${which}`,
    kind: "veth",
    peerIndex: 2,
    peerNetnsId: 1 + which,
    mac: `02:00:00:02:0${number}:0${which}`,
    mtuBytes,
    master: bridged ? "cni0" : null,
    bridgePort: bridged ? { state: "forwarding", hairpin: true } : null,
  });
  return {
    name: which === 0 ? `web-${number}` : `other-${number}`,
    ip,
    node: `node${number}`,
    hostLink,
    links: [LOOPBACK(), eth0],
    routes: [
      route(`${ip}/32`, { table: "local", type: "local", device: "eth0" }),
      route("0.0.0.0/0", { gateway, device: "eth0" }),
      bridged ? route(`${net}.0/24`, { device: "eth0", source: ip }) : route("169.254.1.1/32", { device: "eth0" }),
    ],
    rules: [...DEFAULT_RULES],
    neighbours: bridged ? [] : [permanent("169.254.1.1", "eth0", `02:00:00:02:0${number}:0${which}`)],
    iptables: "",
    nft: "",
    sockets: [socket("0.0.0.0", 8080), socket("0.0.0.0", 8081, "udp")],
    sysctls: new Map([["net.ipv4.ip_forward", "0"]]),
  };
}

const SERVICE: Service = {
  namespace: "shop",
  name: "web",
  labels: {},
  type: "NodePort",
  selector: { app: "web" },
  headless: false,
  clusterIPs: ["10.96.0.50"],
  ports: [{ name: "http", port: 80, protocol: "TCP", targetPort: 8080, nodePort: 30080 }],
  publishNotReadyAddresses: false,
  internalTrafficPolicy: "Cluster",
  externalTrafficPolicy: "Cluster",
  sessionAffinity: "None",
  loadBalancerIPs: [],
  externalIPs: [],
};

export function sliceOf(pods: readonly Pick<PodDraft, "ip" | "node" | "name">[], ready = true): EndpointSlice {
  return {
    namespace: "shop",
    name: "web-abcde",
    service: "web",
    family: "IPv4",
    ports: [{ name: "http", port: 8080, protocol: "TCP" }],
    endpoints: pods.map(({ ip, node, name }) => ({
      addresses: [ip],
      ready,
      serving: ready,
      terminating: false,
      node,
      target: { kind: "Pod", namespace: "shop", name },
    })),
  };
}

function toNode({ name, ip, podCIDR }: NodeDraft): Node {
  return {
    name,
    labels: {},
    annotations: {},
    podCIDRs: [podCIDR],
    internalIPs: [ip],
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

function toPod({ name, ip, node }: PodDraft): Pod {
  return {
    namespace: "shop",
    name,
    uid: `uid-${name}`,
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
  };
}

const NOT_COLLECTED = unknown("not-collected", "not part of this test");

function toState(node: NodeDraft): NodeState {
  return {
    node: node.name,
    ...namespaceParts(node, `node/${node.name}`),
    kernel: known("6.1"),
    fdb: known(node.fdb),
    ipsets: known(new Map([["blocked", { type: "hash:ip", members: ["10.244.1.2"] }]])),
    resolvConf: NOT_COLLECTED,
    kubeletResolvConf: NOT_COLLECTED,
    kubelet: NOT_COLLECTED,
    cniConfigs: NOT_COLLECTED,
    cniConfDir: NOT_COLLECTED,
    cniBinDir: NOT_COLLECTED,
    cniBinaries: NOT_COLLECTED,
    cniFiles: NOT_COLLECTED,
    conntrackStats: NOT_COLLECTED,
    sysctlsAtStart: NOT_COLLECTED,
    processes: NOT_COLLECTED,
    netns: known(node.pods.map(toNetns)),
    ...node.unreadable,
  };
}

function toNetns(pod: PodDraft, index: number): PodNetns {
  const inode = `402653200${index}`;
  const parts = namespaceParts(pod, `node/${pod.node}/netns/${inode}`);
  return { ...parts, inode, pid: 1000 + index, podUid: `uid-${pod.name}`, resolvConf: NOT_COLLECTED };
}

type Parts = Omit<PodNetns, "inode" | "pid" | "podUid" | "resolvConf">;

function namespaceParts(draft: NetnsDraft, capture: string): Parts {
  const source = { family: "IPv4", backend: "nft", capture: `${capture}/iptables-nft` } as const;
  const parsed = parseIptablesSave(draft.iptables, source);
  return {
    links: known(draft.links),
    routes: known(draft.routes),
    rules: known(draft.rules),
    neighbours: known(draft.neighbours),
    iptables: mustBeKnown(parsed.known ? known([parsed.value]) : parsed),
    nftables: mustBeKnown(parseNftRuleset(draft.nft)),
    sockets: known(draft.sockets),
    sysctls: known(draft.sysctls),
  };
}

/** A test whose own rules do not parse is wrong, and not a test of unknown rules. */
function mustBeKnown<T>(learned: Learned<T>): Learned<T> {
  if (!learned.known) throw new Error(learned.detail);
  return learned;
}
