import type { FailingEnds } from "../model/failing-ends.ts";
import type { FlowEnd, FlowResult } from "../model/flow.ts";
import { isOwnEnd, nodeOf } from "../model/flow-end.ts";
import { flowKind } from "../model/flow-kind.ts";
import { succeeded } from "../model/flow-outcome.ts";

/** A kind of flow in words, and the flows of that kind that were sent beside the failing ones. */
type Kind = readonly [string, readonly FlowResult[]];

/**
 * What passes beside failing flows, as far as it tells where they are lost: other protocols between the same ends, Pods of the same Node,
 * the Node itself, other Nodes, the other way, other Services. Each holds for every flow of its kind that was sent.
 */
export function contrasts(
  group: readonly FlowResult[],
  flows: readonly FlowResult[],
  ends: FailingEnds,
): readonly string[] {
  const failing = new Set(group.map(({ flow }) => flow.id));
  const others = flows.filter(({ flow, observed }) => observed.known && !failing.has(flow.id));
  if (ends.service !== null) return servicesReached(group, others);
  const same = sameEnds(group, others);
  const kinds: readonly Kind[] = [
    [`${[...new Set(same.map(flowKind))].sort().join(", ")} between the same ends`, same],
    ...placesBeside(group, others, ends),
  ];
  return kinds.filter(([, all]) => all.length > 0 && all.every(passes)).map(([text]) => text);
}

function placesBeside(group: readonly FlowResult[], others: readonly FlowResult[], ends: FailingEnds): readonly Kind[] {
  const pods = others.filter(({ flow }) => isInside(flow.from) && isInside(flow.to));
  if (ends.pod !== null) return [["other Pods of its Node", besidePod(pods, ends.pod, group)]];
  if (ends.node !== null) return aroundNode(ends.node, pods, others, ends.way);
  if (ends.crossing !== "all") return [];
  const lost = new Set(group.map(pairOf));
  return [
    ["Pods of other pairs of Nodes", pods.filter(crosses).filter((one) => !lost.has(pairOf(one)))],
    ["Pod to Pod on one Node", pods.filter((one) => !crosses(one))],
  ];
}

function aroundNode(
  node: string,
  pods: readonly FlowResult[],
  others: readonly FlowResult[],
  way: FailingEnds["way"],
): readonly Kind[] {
  const isOwn = ({ flow }: FlowResult): boolean => nodeOf(flow.from) === node && nodeOf(flow.to) === node;
  const fromNode = others.filter(({ flow: { from, to } }) => from.kind === "Node" && isInside(to));
  const crossing = pods.filter(crosses);
  const there = crossing.filter(({ flow }) => nodeOf(flow.from) === node);
  const back = crossing.filter(({ flow }) => nodeOf(flow.to) === node);
  const kinds: readonly Kind[] = [
    [`Pod to Pod on ${node}`, pods.filter(isOwn)],
    [`${node} to its own Pods`, fromNode.filter(isOwn)],
    ["Pods of the other Nodes among each other", crossing.filter((one) => !there.includes(one) && !back.includes(one))],
  ];
  if (way === "both") return kinds;
  return [
    ...kinds,
    way === "from" ? [`other Nodes' Pods to those of ${node}`, back] : [`Pods of ${node} to other Nodes'`, there],
  ];
}

const passes = ({ flow, observed }: FlowResult): boolean => observed.known && succeeded(flow, observed.value);
const isInside = (end: FlowEnd): boolean => end.kind === "Pod" && !end.hostNetwork;
const crosses = ({ flow }: FlowResult): boolean => nodeOf(flow.from) !== nodeOf(flow.to);
const pairOf = ({ flow }: FlowResult): string => [nodeOf(flow.from), nodeOf(flow.to)].sort().join(" ");
const endsOf = ({ flow }: FlowResult): string => `${flow.from.ip} ${flow.to.ip}`;

/** Flows between Pods that begin or end on the Pod's Node, and not in it. */
function besidePod(pods: readonly FlowResult[], pod: string, group: readonly FlowResult[]): readonly FlowResult[] {
  const isIt = (end: FlowEnd): boolean => end.kind === "Pod" && `${end.namespace}/${end.name}` === pod;
  const ends = group.flatMap(({ flow }) => [flow.from, flow.to]);
  const node = nodeOf(ends.find(isIt) ?? { kind: "IP", ip: "" });
  return pods.filter(
    ({ flow: { from, to } }) => [from, to].some((end) => nodeOf(end) === node) && ![from, to].some(isIt),
  );
}

/** Other Services from the Nodes of those that fail: the way to Services is there. */
function servicesReached(group: readonly FlowResult[], others: readonly FlowResult[]): readonly string[] {
  const nodes = new Set(group.map(({ flow }) => nodeOf(flow.from)));
  const names = others.flatMap((one) => {
    const { from, to } = one.flow;
    return to.kind === "Service" && !isOwnEnd(to) && nodes.has(nodeOf(from)) && passes(one)
      ? [`${to.namespace}/${to.name}`]
      : [];
  });
  const reached = [...new Set(names)].sort();
  if (reached.length === 0) return [];
  return [`${reached.length === 1 ? "Service" : "Services"} ${reached.slice(0, 3).join(", ")} from the same Nodes`];
}

/** What passes between the ends of the failing flows, where something does between each of them. */
function sameEnds(group: readonly FlowResult[], others: readonly FlowResult[]): readonly FlowResult[] {
  const ends = new Set(group.map(endsOf));
  const all = others.filter((one) => ends.has(endsOf(one)) && passes(one));
  const reached = new Set(all.map(endsOf));
  return [...ends].every((each) => reached.has(each)) ? all : [];
}
