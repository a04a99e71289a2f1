import { defineCheck, defineFinding, evidence, reads } from "../../model/define.ts";

const cluster = { kind: "Cluster", namespace: "", name: "cluster" };

export const rangeExhausted = defineFinding<{ readonly what: string; readonly cidr: string; readonly total: number }>({
  id: "address-range-exhausted",
  severity: "error",
  what: ({ what, cidr, total }) => `${what} ${cidr} has no address left of ${total}`,
  why: () =>
    "Nothing new that needs an address of this range starts: Pods stay in ContainerCreating, Nodes get no podCIDR, Services are refused.",
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
  raises: [rangeExhausted, rangeNearlyExhausted],
  run({ ranges }) {
    const findings = ranges.capacity.flatMap(({ what, cidr, used, total }) => {
      if (total === null || total === 0) return [];
      const seen = {
        confidence: "inferred" as const,
        evidence: [evidence("netdoctor cidr", `${what} ${cidr}`, `${used} of ${total} used`)],
      };
      if (used >= total) return [rangeExhausted.at(cluster, { what, cidr, total }, seen)];
      return total - used <= Math.min(total / 10, 32) && used > 1
        ? [rangeNearlyExhausted.at(cluster, { what, cidr, used, total }, seen)]
        : [];
    });
    return { examined: ranges.capacity.length, findings };
  },
});
