import type { Capture, Captures } from "../model/capture.ts";
import type { Facts } from "../model/facts.ts";
import type { Node } from "../model/kubernetes.ts";
import { known, type Learned, unknown } from "../model/learned.ts";
import type { NodeState } from "../model/node.ts";
import { readNodeState } from "./node/node-state.ts";

interface NodeStates {
  readonly nodeStates: Learned<ReadonlyMap<string, NodeState>>;
  readonly unreadNodes: Learned<Facts["unreadNodes"]>;
}

/** A Node is read if any of its sections is known; the others are named with the reason that the session to them ended with. */
export function readNodeStates(captures: Captures, nodes: Learned<readonly Node[]>): NodeStates {
  const byNode = capturesByNode(captures);
  const states = new Map<string, NodeState>();
  for (const [node, own] of byNode) {
    const read = [...own].some(([id, { result }]) => result.known && id !== `node/${node}/session`);
    if (read) states.set(node, readNodeState(node, own));
  }
  const names = nodes.known ? nodes.value.map(({ name }) => name) : [];
  const unread = [...new Set([...names, ...byNode.keys()])].filter((name) => !states.has(name)).sort();
  const reasons = new Map(unread.map((name) => [name, whyUnread(name, byNode.get(name))]));
  const first = [...reasons].find(([name]) => byNode.has(name))?.[1];
  return {
    nodeStates:
      states.size > 0 ? known(states) : unknown("not-collected", first?.detail ?? "the state of no Node was collected"),
    unreadNodes: nodes.known || byNode.size > 0 ? known(reasons) : nodes,
  };
}

/** Each Node's captures on their own, so that reading all Nodes takes time linear in the captures. */
function capturesByNode(captures: Captures): ReadonlyMap<string, ReadonlyMap<string, Capture>> {
  const byNode = new Map<string, Map<string, Capture>>();
  for (const [id, capture] of captures) {
    const name = /^node\/([^/]+)\//.exec(id)?.[1];
    if (name === undefined) continue;
    const own = byNode.get(name) ?? new Map<string, Capture>();
    byNode.set(name, own.set(id, capture));
  }
  return new Map([...byNode].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function whyUnread(
  name: string,
  own: ReadonlyMap<string, Capture> | undefined,
): { readonly reason: string; readonly detail: string } {
  const session = own?.get(`node/${name}/session`)?.result;
  const failed = session ?? [...(own?.values() ?? [])].find(({ result }) => !result.known)?.result;
  if (failed !== undefined && !failed.known) return { reason: failed.reason, detail: failed.detail };
  return { reason: "not-collected", detail: "no state of this Node was collected" };
}
