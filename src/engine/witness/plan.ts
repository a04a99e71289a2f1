import type { Snapshot } from "../../model/facts.ts";
import type { FlowEnd, FlowResult } from "../../model/flow.ts";
import type { Pod } from "../../model/kubernetes.ts";
import { known, type Learned, unknown } from "../../model/learned.ts";
import type { Link, NodeState, PodNetns, Socket } from "../../model/node.ts";
import type { WitnessMark, WitnessPlace } from "../../model/witness.ts";
import type { WitnessPlan, WitnessTarget } from "../../model/witness-plan.ts";
import { type Address, parseAddress } from "../../net/cidr.ts";
import { netnsOf } from "../plan/input.ts";
import { captureFilter } from "./filter.ts";
import { markFor } from "./mark.ts";
import { traceRules } from "./rules.ts";

const seconds = 20;
const count = 400;
const mostPlaces = 12;

/**
 * What to watch for one flow: the sender's namespace and Node, each Node that a predicted walk meets, each end that it may reach. Unknown
 * where the sender's namespace was not found, or where the flow is of a kind that cannot be marked. Pure: equal arguments, equal plan.
 */
export function planWitness({ flow, predicted }: FlowResult, snapshot: Snapshot, run: string): Learned<WitnessPlan> {
  const { nodeStates, pods } = snapshot;
  const target = parseAddress(flow.to.ip);
  if (target === null) return unknown("failed", `${flow.to.ip || "the destination"} is not an address`);
  if (flow.protocol === "sctp") return unknown("no-tool", "SCTP cannot be marked");
  if (!nodeStates.known) return nodeStates;
  const states = nodeStates.value;
  const allPods = pods.known ? pods.value : [];
  const sender = senderOf(flow.from, allPods, states);
  if (sender === null) return unknown("failed", `the network namespace of the sender was not found on its Node`);
  const taken = sender.sockets.known ? new Set(sender.sockets.value.map(({ port }) => port)) : new Set<number>();
  const mark = markFor(run, flow.protocol, target.family, taken);
  const destinations = [
    ...new Map(
      [flow.to.ip, ...predicted.map(({ destination }) => destination)].flatMap((text) => {
        const address = parseAddress(text);
        return address === null || address.family !== target.family ? [] : [[address.text, address] as const];
      }),
    ).values(),
  ];
  const servers = destinations.flatMap(({ text }) => serverAt(text, allPods, states));
  const nodes = [
    ...new Set([
      sender.place.node,
      ...predicted.flatMap(({ hops }) => hops.map(({ node }) => node)),
      ...servers.map(({ place }) => place.node),
    ]),
  ].filter((node) => states.has(node));
  const places: readonly Namespace[] = unique([
    sender,
    ...nodes.map((node) => nodeNamespace(node, states.get(node))),
    ...servers,
  ]).slice(0, mostPlaces);
  const bytes =
    flow.packetBytes ?? 300 + ((mark.segmentBytes ?? Number.parseInt((mark.payload ?? "").slice(-2), 16)) % 97);
  return known({
    flow: flow.id,
    mark,
    targets: places.map((place, index) => targetOf(place, `${place.place.where}${index}`, mark, destinations, states)),
    lengths: lengthsOf(mark, bytes),
    count,
    seconds,
    send: {
      node: sender.place.node,
      pid: sender.pid,
      inode: sender.inode,
      target: target.text,
      port: flow.port ?? 0,
      bytes,
    },
  });
}

interface Namespace {
  readonly place: WitnessPlace;
  readonly pid: string;
  readonly inode: string;
  readonly links: Learned<readonly Link[]>;
  readonly sockets: Learned<readonly Socket[]>;
}

const nodeNamespace = (node: string, state: NodeState | undefined): Namespace => ({
  place: { node, where: "node", pod: null },
  pid: "-",
  inode: "-",
  links: state?.links ?? unknown("not-collected", "the Node was not read"),
  sockets: state?.sockets ?? unknown("not-collected", "the Node was not read"),
});
const podNamespace = (pod: Pod, { pid, inode, links, sockets }: PodNetns): Namespace => ({
  place: { node: pod.node, where: "pod", pod: `${pod.namespace}/${pod.name}` },
  pid: String(pid),
  inode,
  links,
  sockets,
});

type States = ReadonlyMap<string, NodeState>;

function senderOf(from: FlowEnd, pods: readonly Pod[], states: States): Namespace | null {
  if (from.kind === "Node") return states.has(from.name) ? nodeNamespace(from.name, states.get(from.name)) : null;
  if (from.kind !== "Pod") return null;
  if (from.hostNetwork) return states.has(from.node) ? nodeNamespace(from.node, states.get(from.node)) : null;
  const pod = pods.find(({ namespace, name }) => namespace === from.namespace && name === from.name);
  const netns = pod === undefined ? undefined : netnsOf(states.get(from.node), pod);
  return pod === undefined || netns === undefined ? null : podNamespace(pod, netns);
}

function serverAt(address: string, pods: readonly Pod[], states: States): readonly Namespace[] {
  return pods
    .filter((pod) => !pod.hostNetwork && pod.phase === "Running" && pod.ips.includes(address))
    .flatMap((pod) => {
      const netns = netnsOf(states.get(pod.node), pod);
      return netns === undefined ? [] : [podNamespace(pod, netns)];
    });
}

function unique(namespaces: readonly Namespace[]): readonly Namespace[] {
  return [...new Map(namespaces.map((one) => [`${one.place.node} ${one.place.pod ?? ""}`, one])).values()];
}

function targetOf(
  { place, pid, inode, links }: Namespace,
  name: string,
  mark: WitnessMark,
  destinations: readonly Address[],
  states: States,
): WitnessTarget {
  const devices = links.known ? links.value : [];
  const nodeLinks = states.get(place.node)?.links;
  const tunnels = place.where === "node" && nodeLinks?.known === true ? nodeLinks.value : [];
  const vxlanPorts = [...new Set(tunnels.flatMap(({ vxlan }) => vxlan?.port ?? []))];
  const ipip = tunnels.some(({ kind }) => kind === "ipip");
  return {
    name,
    place,
    pid,
    inode,
    filter: captureFilter({ mark, destinations, vxlanPorts, ipip }),
    rules: traceRules(mark, vxlanPorts),
    devices: new Map(devices.map((link) => [link.index, link.name])),
  };
}

/** A SYN of Linux has 20 bytes of options (tcp_syn_options); a device shows the packet without or with Ethernet's and VXLAN's headers. */
function lengthsOf(mark: WitnessMark, bytes: number): string {
  const header = mark.family === "IPv4" ? 20 : 40;
  const packet = mark.protocol === "tcp" ? header + 40 : bytes;
  return [0, 14, 50, 64].map((more) => `len == ${packet + more}`).join(" || ");
}
