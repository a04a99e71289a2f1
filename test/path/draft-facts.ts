import type { Facts } from "../../src/model/facts.ts";
import type { Node, Pod } from "../../src/model/kubernetes.ts";
import { known, type Learned, unknown } from "../../src/model/learned.ts";
import type { NodeState, PodNetns } from "../../src/model/node.ts";
import { parseIptablesSave } from "../../src/read/node/iptables-save.ts";
import { parseNftRuleset } from "../../src/read/node/nft-ruleset.ts";
import type { Cluster, NetnsDraft, NodeDraft, PodDraft } from "./drafts.ts";

type WalkFacts = Pick<Facts, "nodes" | "pods" | "services" | "endpointSlices" | "nodeStates" | "unreadNodes">;

/** The facts that readers would make of the drafts. */
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
    qdiscs: known(node.qdiscs ?? []),
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
    linksAtStart: NOT_COLLECTED,
    processes: NOT_COLLECTED,
    netns: known(node.pods.map(toNetns)),
    ...node.unreadable,
  };
}

function toNetns(pod: PodDraft, index: number): PodNetns {
  const inode = `402653200${index}`;
  const parts = namespaceParts(pod, `node/${pod.node}/netns/${inode}`);
  return { ...parts, inode, pid: 1000 + index, path: "", podUid: `uid-${pod.name}`, resolvConf: NOT_COLLECTED };
}

type Parts = Omit<PodNetns, "inode" | "pid" | "path" | "podUid" | "resolvConf">;

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
