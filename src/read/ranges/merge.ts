import type { Range, RangeSource } from "../../model/ranges.ts";
import { type Cidr, contains, hostCidr, includesAddress, overlaps, relation } from "../../net/cidr.ts";
import { compareCidrs, type RangeClaim } from "./claim.ts";
import { type Cover, coversOf } from "./cover.ts";
import type { ObservedAddress } from "./observed.ts";
import type { PodAllocation } from "./pod-allocation.ts";

/** A range, and what is certain of it: the block itself, or the pieces that an inferred block covers. */
export interface MergedRange {
  readonly range: Range;
  readonly cidr: Cidr;
  readonly parts: readonly Cidr[];
}
export interface Merged {
  readonly ranges: readonly MergedRange[];
  /** Configured, but the CNI does not draw from it. */
  readonly unused: readonly RangeSource[];
}

interface Draft {
  readonly cidr: Cidr;
  readonly parts: readonly Cidr[];
  readonly sources: RangeSource[];
  readonly disagreeing: RangeSource[];
  readonly whole: boolean;
}

/**
 * One role's claims as ranges: equal claims are one range with several sources; several pools are several ranges; a second "whole"
 * range of a family disagrees with the first, unless the CNI does not draw from it; pieces inside confirm, pieces outside disagree.
 */
export function mergeClaims(
  role: Range["role"],
  claims: readonly RangeClaim[],
  observed: readonly ObservedAddress[],
  allocation: PodAllocation,
): Merged {
  const drafts: Draft[] = [];
  const unused: RangeSource[] = [];
  const ignored = ignoredClaims(role, claims, allocation);
  for (const claim of claims.filter(({ extent }) => extent !== "part")) {
    if (ignored(claim) && !confirms(claim, drafts)) unused.push(claim.source);
    else place(claim, drafts);
  }
  const parts = claims.filter(({ extent }) => extent === "part");
  placeParts(
    parts.filter((claim) => !ignored(claim)),
    drafts,
    role,
  );
  placeObserved(role, observed, drafts);
  for (const claim of parts.filter(ignored)) {
    if (!drafts.some(({ cidr }) => contains(cidr, claim.cidr))) unused.push(claim.source);
  }
  const ranges = drafts
    .sort((a, b) => compareCidrs(a.cidr, b.cidr))
    .map(({ cidr, parts, sources, disagreeing }) => ({
      cidr,
      parts,
      range: { role, cidr: cidr.text, family: cidr.family, sources, disagreeing },
    }));
  return { ranges, unused };
}

/**
 * A CNI that draws from its own pools or from the cloud's subnets takes no notice of the range that the cluster deals out to Nodes.
 * kube-proxy's does matter beside own pools: what lies outside of it is masqueraded.
 */
function ignoredClaims(
  role: Range["role"],
  claims: readonly RangeClaim[],
  allocation: PodAllocation,
): (claim: RangeClaim) => boolean {
  if (role !== "pod") return () => false;
  if (allocation === "cloud") return ({ authority }) => authority === "cluster" || authority === "kube-proxy";
  const ownPools = allocation === "pools" && claims.some(({ authority }) => authority === "cni");
  return ({ authority }) => ownPools && authority === "cluster";
}

/** It is equal to a range, or pools are cut out of it. */
function confirms({ cidr, extent }: RangeClaim, drafts: readonly Draft[]): boolean {
  return drafts.some(
    (draft) => relation(draft.cidr, cidr) === "equal" || (extent === "whole" && contains(cidr, draft.cidr)),
  );
}

function place(claim: RangeClaim, drafts: Draft[]): void {
  const family = drafts.filter(({ cidr }) => cidr.family === claim.cidr.family);
  const equal = family.find(({ cidr }) => relation(cidr, claim.cidr) === "equal");
  if (equal !== undefined) {
    equal.sources.push(claim.source);
    return;
  }
  const [first] = family;
  if (first === undefined) {
    drafts.push(draftOf(claim));
    return;
  }
  // The configured range may be cut into pools; a pool that is cut out of it does not contradict it.
  const around = family.find(({ cidr }) => contains(cidr, claim.cidr));
  const within = family.filter(({ cidr, whole }) => !whole && contains(claim.cidr, cidr));
  if (claim.extent === "pool" && around !== undefined) around.sources.push(claim.source);
  else if (claim.extent === "pool" && !family.some(({ cidr }) => overlaps(cidr, claim.cidr)))
    drafts.push(draftOf(claim));
  else if (claim.extent === "whole" && within.length > 0) for (const draft of within) draft.sources.push(claim.source);
  else first.disagreeing.push(claim.source);
}

function draftOf({ cidr, source, extent }: RangeClaim): Draft {
  return { cidr, parts: [cidr], sources: [source], disagreeing: [], whole: extent === "whole" };
}

/** Pieces inside a range are one source of it together; pieces outside disagree; without any range, the pieces make it. */
function placeParts(parts: readonly RangeClaim[], drafts: Draft[], role: Range["role"]): void {
  for (const family of ["IPv4", "IPv6"] as const) {
    const pieces = parts.filter(({ cidr }) => cidr.family === family);
    const ranges = drafts.filter(({ cidr }) => cidr.family === family);
    for (const draft of ranges) {
      const inside = pieces.filter(({ cidr }) => contains(draft.cidr, cidr));
      if (inside.length > 0) draft.sources.push(summary(draft.cidr, inside));
    }
    const outside = pieces.filter(({ cidr }) => !ranges.some((draft) => contains(draft.cidr, cidr)));
    // Nodes may stand in several networks; that one of them was not read does not make its address wrong.
    if (ranges[0] !== undefined && role !== "node") ranges[0].disagreeing.push(...outside.map(({ source }) => source));
    else for (const cover of coversOf(outside.map(({ cidr }) => cidr))) drafts.push(ofParts(cover, outside));
  }
}

function ofParts(cover: Cover, pieces: readonly RangeClaim[]): Draft {
  const inside = pieces.filter(({ cidr }) => contains(cover.cidr, cidr));
  const exact = cover.parts.length === 1 && cover.parts[0]?.text === cover.cidr.text;
  const source = summary(cover.cidr, inside);
  const sources: RangeSource[] = [{ ...source, confidence: exact ? source.confidence : "inferred" }];
  return { cidr: cover.cidr, parts: cover.parts, sources, disagreeing: [], whole: false };
}

/** Many pieces as one source: the first three by name, and how many more. */
function summary(cidr: Cidr, pieces: readonly RangeClaim[]): RangeSource {
  const [first] = pieces;
  const shown = pieces.slice(0, 3).map((piece) => `${piece.source.source} ${piece.cidr.text}`);
  const more = pieces.length > shown.length ? `, and ${pieces.length - shown.length} more` : "";
  return {
    cidr: cidr.text,
    source:
      pieces.length === 1
        ? (first?.source.source ?? "")
        : `${first?.source.source ?? ""} and ${pieces.length - 1} more`,
    confidence: first?.source.confidence ?? "inferred",
    evidence: {
      source: first?.source.evidence.source ?? "",
      where: first?.source.evidence.where ?? "",
      value: `${shown.join(", ")}${more}`,
    },
  };
}

function placeObserved(role: Range["role"], observed: readonly ObservedAddress[], drafts: Draft[]): void {
  const configured = [...drafts];
  for (const family of ["IPv4", "IPv6"] as const) {
    const seen = observed.filter(({ address }) => address.family === family);
    const ranges = configured.filter(({ cidr }) => cidr.family === family);
    const outside = seen.filter(({ address }) => !ranges.some(({ cidr }) => includesAddress(cidr, address)));
    for (const draft of ranges) {
      const inside = seen.filter(({ address }) => includesAddress(draft.cidr, address));
      if (inside.length > 0) draft.sources.push(inUse(role, draft.cidr, inside));
    }
    for (const cover of coversOf(outside.map(({ address }) => hostCidr(address)))) {
      const source = inUse(
        role,
        cover.cidr,
        outside.filter(({ address }) => includesAddress(cover.cidr, address)),
      );
      if (ranges[0] !== undefined) ranges[0].disagreeing.push(source);
      else drafts.push({ cidr: cover.cidr, parts: cover.parts, sources: [source], disagreeing: [], whole: false });
    }
  }
}

function inUse(role: Range["role"], cidr: Cidr, addresses: readonly ObservedAddress[]): RangeSource {
  const capture = role === "service" ? "api/services" : "api/pods";
  const what = role === "service" ? "cluster IPs" : "Pod IPs";
  const shown = addresses
    .slice(0, 3)
    .map(({ kind, namespace, name, address }) => `${kind} ${namespace}/${name} ${address.text}`);
  const more = addresses.length > shown.length ? `, and ${addresses.length - shown.length} more` : "";
  return {
    cidr: cidr.text,
    source: `${addresses.length} ${addresses.length === 1 ? what.slice(0, -1) : what} in use`,
    confidence: "inferred",
    evidence: { source: capture, where: what, value: `${shown.join(", ")}${more}` },
  };
}
