import { clusterRef, defineCheck, defineFinding, evidence, reads } from "../../model/define.ts";

export const rangeExhausted = defineFinding<{ readonly what: string; readonly cidr: string; readonly total: number }>({
  id: "address-range-exhausted",
  severity: "error",
  what: ({ what, cidr, total }) => `${what} ${cidr} has no address left of ${total}`,
  why: () =>
    "Nothing new that needs an address of this range starts: Pods stay in ContainerCreating, Nodes get no podCIDR, Services are refused.",
  next: () => [reads("kubectl", "netdoctor", "cidr")],
});
export const blocksExhausted = defineFinding<{ readonly what: string; readonly cidr: string; readonly total: number }>({
  id: "node-blocks-exhausted",
  severity: "warning",
  what: ({ what, cidr, total }) => `${what} in ${cidr} are all given out: ${total}`,
  why: () => "The Nodes there have what they need; the next Node that joins gets no range for its Pods and runs none.",
  next: () => [reads("kubectl", "netdoctor", "cidr")],
});
export const rangeNearlyExhausted = defineFinding<{
  readonly what: string;
  readonly cidr: string;
  readonly used: number;
  readonly total: number;
}>({
  id: "address-range-nearly-exhausted",
  severity: "warning",
  what: ({ what, cidr, used, total }) => `${what} ${cidr} has ${total - used} of ${total} addresses left`,
  why: () => "When the last one is taken, nothing new that needs an address of this range starts.",
  next: () => [reads("kubectl", "netdoctor", "cidr")],
});

/** A warning needs both: a tenth left, and few in number, so that a large range is not warned about while thousands are free. */
export const rangesCapacity = defineCheck({
  id: "ranges/capacity",
  question: "Has every address range room left?",
  needs: ["ranges"],
  raises: [rangeExhausted, rangeNearlyExhausted, blocksExhausted],
  run({ ranges }) {
    const findings = ranges.capacity.flatMap(({ what, cidr, used, total }) => {
      if (total === null || total === 0) return [];
      const seen = {
        confidence: "inferred" as const,
        evidence: [evidence("netdoctor cidr", `${what} ${cidr}`, `${used} of ${total} used`)],
      };
      // A set of blocks that is given out whole is full on purpose until one more Node joins.
      if (/blocks/.test(what))
        return used >= total ? [blocksExhausted.at(clusterRef, { what, cidr, total }, seen)] : [];
      if (used >= total) return [rangeExhausted.at(clusterRef, { what, cidr, total }, seen)];
      return total - used <= Math.min(total / 10, 32) && used > 1
        ? [rangeNearlyExhausted.at(clusterRef, { what, cidr, used, total }, seen)]
        : [];
    });
    return { examined: ranges.capacity.length, findings };
  },
});
