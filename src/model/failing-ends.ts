import { refOf } from "./define.ts";
import { endsText, type NamedEnd } from "./ends-text.ts";
import type { FlowEnd, FlowResult } from "./flow.ts";
import { isOwnEnd, nodeOf } from "./flow-end.ts";
import { flowKind } from "./flow-kind.ts";
import { groupBy, succeeded } from "./flow-outcome.ts";
import type { ObjectRef } from "./kubernetes.ts";

/** Between which ends flows fail. */
export interface FailingEnds {
  /** "from Pods of node2 to Pods of node1, node3" */
  readonly text: string;
  /** The one Node that all of them leave, reach or stay on; null where there is none, or more than one. */
  readonly node: string | null;
  /** The one Pod of the cluster that all of them leave or reach, "namespace/name". */
  readonly pod: string | null;
  /** The one Service that all of them are sent to, itself or its endpoints, and nobody reaches. */
  readonly service: ObjectRef | null;
  /** All leave or reach that Node or Pod. */
  readonly way: "from" | "to" | "both";
  /** Whether they go from Node to Node; unknown where that is not known of any: of a Service whose endpoints no walk names. */
  readonly crossing: "all" | "none" | "some" | "unknown";
}

interface Placed {
  readonly from: NamedEnd;
  readonly to: NamedEnd;
  /** The Nodes that it is sent to, by any of its walks; none where that is not known. */
  readonly targets: readonly string[];
}

/** Where the failing flows begin and end. `flows` are all flows of the run: they tell on which Node an address is. */
export function failingEnds(group: readonly FlowResult[], flows: readonly FlowResult[]): FailingEnds {
  const ends = flows.flatMap(({ flow }) => [flow.from, flow.to]).filter((end) => nodeOf(end) !== "");
  const byIp = new Map(ends.map((end) => [end.ip, nodeOf(end)]));
  const endpoints = groupBy(flows, ({ flow }) => flow.to.ip);
  const placed = group.map((result) => placeOf(result, byIp, endpoints));
  const located = placed.filter(({ from, targets }) => from.node !== "" && targets.length > 0);
  const nodes = common(placed.map(({ from, targets }) => [from.node, ...targets]));
  const pods = common(placed.map(({ from, to }) => [from.pod, to.pod]));
  const pod = pods.length === 1 ? (pods[0] ?? null) : null;
  // Two that all have in common are one pair, and nothing tells which of them it is: the first stands for it in the text.
  const [hub = null] = nodes;
  const isOwn = (end: NamedEnd): boolean => (pod === null ? end.node === hub : end.pod === pod);
  const leaving = placed.filter(({ from }) => isOwn(from));
  const way = leaving.length === placed.length ? "from" : leaving.length === 0 ? "to" : "both";
  return {
    text: hub === null && pod === null ? fromTo(placed) : around(placed, isOwn, way),
    node: nodes.length === 1 ? hub : null,
    pod,
    service: serviceOf(group, flows),
    way,
    crossing: crossingOf(located),
  };
}

function serviceOf(group: readonly FlowResult[], flows: readonly FlowResult[]): ObjectRef | null {
  const services = group.flatMap(({ flow: { to } }) => (to.kind === "Service" ? [to] : []));
  const [service] = services;
  const other = group.some(({ flow: { to, purpose } }) => to.ip !== service?.ip && purpose !== "pod-to-endpoint");
  const kinds = new Set(group.map(flowKind));
  const reached = flows.some(
    (one) =>
      one.flow.to.ip === service?.ip &&
      kinds.has(flowKind(one)) &&
      one.observed.known &&
      succeeded(one.flow, one.observed.value),
  );
  return service === undefined || other || reached ? null : refOf("Service", service);
}

function placeOf(
  { flow, predicted }: FlowResult,
  byIp: ReadonlyMap<string, string>,
  alike: ReadonlyMap<string, readonly FlowResult[]>,
): Placed {
  const [from, to] = [nameOf(flow.from, byIp), nameOf(flow.to, byIp)];
  if (to.node !== "") return { from, to, targets: [to.node] };
  // Where this flow has no way, the ways of others to the same Service tell where its endpoints are.
  const walks = predicted.length > 0 ? predicted : (alike.get(flow.to.ip) ?? []).flatMap((one) => one.predicted);
  const nodes = walks.map(({ destination }) => byIp.get(destination) ?? "").filter((node) => node !== "");
  return { from, to, targets: [...new Set(nodes)] };
}

function nameOf(end: FlowEnd, byIp: ReadonlyMap<string, string>): NamedEnd {
  const pod = end.kind === "Pod" && !isOwnEnd(end) ? `${end.namespace}/${end.name}` : "";
  const other = end.kind === "Service" ? `Service ${end.namespace}/${end.name}` : end.kind === "IP" ? end.ip : "";
  return { kind: end.kind, node: nodeOf(end) || (byIp.get(end.ip) ?? ""), pod, other };
}

/** What all have. */
function common(each: readonly (readonly string[])[]): readonly string[] {
  const [first = new Set<string>(), ...rest] = each.map((names) => new Set(names.filter((name) => name !== "")));
  return [...first].filter((name) => rest.every((names) => names.has(name))).sort();
}

function crossingOf(located: readonly Placed[]): FailingEnds["crossing"] {
  if (located.length === 0) return "unknown";
  const crossing = located.filter(({ from, targets }) => !targets.includes(from.node));
  return crossing.length === located.length ? "all" : crossing.length === 0 ? "none" : "some";
}

function fromTo(placed: readonly Placed[]): string {
  return `from ${endsText(placed.map(({ from }) => from))} to ${endsText(placed.map(({ to }) => to))}`;
}

/** Own ends on one side, all others on the other; a Service that may lead to either stands behind them. */
function around(placed: readonly Placed[], isOwn: (end: NamedEnd) => boolean, way: FailingEnds["way"]): string {
  if (way === "from") return fromTo(placed);
  const ends = placed.flatMap(({ from, to }) => [from, to]);
  const own = endsText(ends.filter(isOwn));
  const others = ends.filter((end) => !isOwn(end) && end.node !== "");
  const services = ends.filter(({ node }) => node === "");
  const beside = services.length === 0 ? "" : ` and to ${endsText(services)}`;
  if (own === "" || (others.length === 0 && beside !== "")) return fromTo(placed);
  if (others.length === 0) return `between ${own}`;
  return way === "to"
    ? `from ${endsText(others)} to ${own}${beside}`
    : `between ${own} and ${endsText(others)}${beside}`;
}
