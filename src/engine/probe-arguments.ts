import type { Flow } from "../model/flow.ts";
import type { Pod } from "../model/kubernetes.ts";
import type { NodeState } from "../model/node.ts";
import { parseAddress } from "../net/cidr.ts";
import { netnsOf } from "./plan/input.ts";

/** One probe as probe.sh takes it: seven words of argv, never part of a program's text. */
export interface ProbeOrder {
  readonly flow: Flow;
  readonly words: readonly [
    id: string,
    pid: string,
    inode: string,
    kind: string,
    target: string,
    port: string,
    extra: string,
  ];
}

/** Flow → words for the Node it starts on; null where its network namespace was not found there, or where it leads to no address. */
export function probeOrder(
  flow: Flow,
  index: number,
  pods: readonly Pod[],
  states: ReadonlyMap<string, NodeState>,
  ownNamespace: string,
): ProbeOrder | null {
  const from = flow.from;
  // socat and ping would read anything else as their own syntax.
  if (parseAddress(flow.to.ip) === null) return null;
  const words = (pid: string, inode: string): ProbeOrder => ({
    flow,
    words: [`f${index}`, pid, inode, kindOf(flow, ownNamespace), flow.to.ip, String(flow.port ?? 0), extraOf(flow)],
  });
  if (from.kind === "Node" || (from.kind === "Pod" && from.hostNetwork)) return words("-", "-");
  if (from.kind !== "Pod") return null;
  const pod = pods.find(({ namespace, name }) => namespace === from.namespace && name === from.name);
  const netns = pod === undefined ? undefined : netnsOf(states.get(from.node), pod);
  return netns === undefined ? null : words(String(netns.pid), netns.inode);
}

function kindOf(flow: Flow, ownNamespace: string): string {
  if (flow.dns !== null) return "dns";
  if (flow.purpose === "path-mtu") return "mtu";
  if (flow.purpose === "node-to-pod") return "reach";
  if (flow.protocol === "icmp") return "icmp";
  if (flow.purpose === "trace" || flow.protocol === "sctp") return `${flow.protocol}-said`;
  const ours = (flow.to.kind === "Pod" || flow.to.kind === "Service") && flow.to.namespace === ownNamespace;
  return flow.protocol === "udp" ? "udp" : ours ? "ask" : "tcp";
}
function extraOf(flow: Flow): string {
  if (flow.dns !== null) return `${flow.dns.type} ${flow.dns.name}${flow.protocol === "tcp" ? " tcp" : ""}`;
  return flow.packetBytes === null ? "" : String(flow.packetBytes);
}
