import type { Mark, Ports } from "../packet.ts";

/** Three-valued logic: whether a match holds, as far as the facts tell. */
export type Truth = "yes" | "no" | "maybe";

export const truthOf = (value: boolean | null): Truth => (value === null ? "maybe" : value ? "yes" : "no");

export function not(truth: Truth): Truth {
  if (truth === "maybe") return "maybe";
  return truth === "yes" ? "no" : "yes";
}

export function and(truths: Iterable<Truth>): Truth {
  let all: Truth = "yes";
  for (const truth of truths) {
    if (truth === "no") return "no";
    if (truth === "maybe") all = "maybe";
  }
  return all;
}

export function or(truths: Iterable<Truth>): Truth {
  let any: Truth = "no";
  for (const truth of truths) {
    if (truth === "yes") return "yes";
    if (truth === "maybe") any = "maybe";
  }
  return any;
}

// A rule for one port, or a few, does not meet a client's port that is drawn from tens of thousands.
const NARROW = 64;

/**
 * Whether a port known as a range lies in first..last. A packet without ports never matches; a client is taken to have drawn
 * another port than the few that a narrow rule names.
 */
export function portsWithin(ports: Ports | null, first: number, last: number): Truth {
  if (ports === null || ports.last < first || ports.first > last) return "no";
  if (first <= ports.first && ports.last <= last) return "yes";
  const shared = Math.min(last, ports.last) - Math.max(first, ports.first) + 1;
  return shared * NARROW <= ports.last - ports.first + 1 ? "no" : "maybe";
}

/** (mark & mask) == value, as far as the mark's bits are known. */
export function markEquals(mark: Mark, value: number, mask: number): Truth {
  const known = mask & ~mark.unknownBits;
  if (((mark.value ^ value) & known) !== 0 || (value & ~mask) !== 0) return "no";
  return (mask & mark.unknownBits) === 0 ? "yes" : "maybe";
}
