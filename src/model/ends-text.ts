import type { FlowEnd } from "./flow.ts";

/** One end of a flow as it is named to people. */
export interface NamedEnd {
  readonly kind: FlowEnd["kind"];
  /** "" where it is on none that is known. */
  readonly node: string;
  /** "namespace/name"; "" for what is no Pod, and for the run's own Pods. */
  readonly pod: string;
  /** "Service shop/web", or an address. */
  readonly other: string;
}

const mostNodes = 4;
const mostOthers = 2;

/** "Pod shop/web of node2", "Pods of node1, node2 and Service shop/cart": the run's own Pods stand for all of their Node. */
export function endsText(ends: readonly NamedEnd[]): string {
  const inPods = ends.filter(({ kind, node }) => kind === "Pod" || (kind === "IP" && node !== ""));
  const pods = sorted(inPods.map(({ pod }) => pod));
  const [only] = pods;
  const parts = [
    ...(pods.length === 1 && only !== undefined && only !== ""
      ? [`Pod ${only} of ${inPods[0]?.node ?? ""}`]
      : named("Pods of ", "Nodes", sorted(inPods.map(({ node }) => node)))),
    ...nodesText(sorted(ends.flatMap(({ kind, node }) => (kind === "Node" ? [node] : [])))),
    ...shortened(sorted(ends.flatMap(({ other, node }) => (node === "" && other !== "" ? [other] : [])))),
  ];
  const last = parts.at(-1) ?? "";
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(", ")} and ${last}`;
}

const sorted = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();
const nodesText = (names: readonly string[]): readonly string[] =>
  named(names.length === 1 ? "Node " : "Nodes ", "Nodes", names);
function named(before: string, many: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  return [
    names.length > mostNodes
      ? `${before.startsWith("Pods") ? before : ""}${names.length} ${many}`
      : `${before}${names.join(", ")}`,
  ];
}
function shortened(names: readonly string[]): readonly string[] {
  return names.length > mostOthers + 1 ? [...names.slice(0, mostOthers), `${names.length - mostOthers} more`] : names;
}
