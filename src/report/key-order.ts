// The keys of every object that a report holds, in the order of its type in src/model. Ways a packet may stop (Stop) share one.
const SHAPES: readonly (readonly string[])[] = [
  "apiVersion kind verdict cluster findings good checks flows disagreements incomplete baseline",
  "gone",
  "version nodes ranges cni takenAt seconds",
  "ranges perNode overlaps capacity missing unused",
  "role cidr family sources disagreeing",
  "cidr source confidence evidence",
  "source where value",
  "node podCIDRs",
  "a b relation byDesign",
  "role cidr source",
  "what cidr used total",
  "role reason",
  "name agree workloads strategy enforcesNetworkPolicy kubeProxyMode nodes",
  "node file name plugins strategy tunnelDevice tunnelPort podMtuBytes uplinkMtuBytes overheadBytes agent kubeProxy evidence unknown",
  "id severity confidence check inBaseline subject message why params evidence explains next",
  "run effect onNode",
  "statement measure",
  "id question status examined missing error",
  "fact reason detail",
  "flow predicted observed",
  "id purpose from to protocol port packetBytes dns",
  "kind namespace name node ip hostNetwork",
  "name type",
  "verdict direction destination hops stop sourceTranslated programs evidence unknown",
  "node where pod device action verdict direction",
  "node from to evidence",
  "node device qdisc",
  "known value",
  "known reason detail",
  "outcome sent succeeded medianMs clientSeen largestBytes answers detail",
  "what reason unlock",
  "protocol port",
  "kind node pod netns backend family hook table chain rule handle text rejects layer outer service destination device bridge master peer what " +
    "source address port listensOn mtuBytes packetBytes has route type protocol expected sysctl endOf endpoint to",
].map((keys) => keys.split(" "));
const shapeOf = new Map<string, readonly string[] | null>();

/**
 * A replacer for JSON.stringify that puts the keys of every object in the order of the model, and those of an object that the
 * model leaves open (parameters of findings) in alphabetical order: a report's bytes do not depend on who built it.
 */
export function inModelOrder(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const shape = shapeFor(Object.keys(value).sort());
  const position = (key: string): number => shape?.indexOf(key) ?? 0;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => position(a) - position(b) || (a < b ? -1 : 1)));
}

/** The first shape that has all the keys; remembered, since a report has few shapes and many objects. */
function shapeFor(keys: readonly string[]): readonly string[] | null {
  const known = shapeOf.get(keys.join(" "));
  if (known !== undefined) return known;
  const shape = SHAPES.find((candidate) => keys.every((key) => candidate.includes(key))) ?? null;
  shapeOf.set(keys.join(" "), shape);
  return shape;
}
