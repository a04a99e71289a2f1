import { type Cidr, cidrOf, contains } from "../../net/cidr.ts";
import { compareCidrs } from "./claim.ts";

/** A block that covers pieces which were really seen. */
export interface Cover {
  readonly cidr: Cidr;
  readonly parts: readonly Cidr[];
}

/** Ranges of clusters are seldom wider; wider than this, two pieces are taken for two ranges. */
const WIDEST = { IPv4: 12, IPv6: 48 } as const;

/**
 * The smallest blocks that cover the pieces: "at least this". Pieces whose common block would be wider than a range usually is
 * stay apart, so that two far pieces do not claim what lies between them.
 */
export function coversOf(pieces: readonly Cidr[]): readonly Cover[] {
  const covers: { cidr: Cidr; parts: Cidr[] }[] = [];
  for (const piece of [...pieces].sort(compareCidrs)) {
    const last = covers.at(-1);
    const joined = last === undefined ? null : common(last.cidr, piece);
    if (last === undefined || joined === null || joined.prefixLength < WIDEST[joined.family]) {
      covers.push({ cidr: piece, parts: [piece] });
      continue;
    }
    last.cidr = joined;
    const before = last.parts.at(-1);
    if (before === undefined || !contains(before, piece)) last.parts.push(piece);
  }
  return covers;
}

/** The longest prefix that holds both; null across families. */
function common(a: Cidr, b: Cidr): Cidr | null {
  if (a.family !== b.family) return null;
  const address = { family: a.family, value: a.first, text: a.text.split("/")[0] ?? "" };
  for (let length = Math.min(a.prefixLength, b.prefixLength); length >= 0; length -= 1) {
    const block = cidrOf(address, length);
    if (block !== null && contains(block, b)) return block;
  }
  return null;
}
