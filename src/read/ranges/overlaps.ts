import type { Overlap } from "../../model/ranges.ts";
import { type Cidr, contains, overlaps, relation } from "../../net/cidr.ts";
import { compareText } from "../known-parts.ts";
import { compareCidrs } from "./claim.ts";
import type { HostNetwork } from "./host-networks.ts";
import type { MergedRange } from "./merge.ts";
import type { NodeBlocks } from "./node-blocks.ts";
import type { PodAllocation } from "./pod-allocation.ts";

export interface OverlapQuestion {
  readonly ranges: readonly MergedRange[];
  readonly blocks: readonly NodeBlocks[];
  readonly hostNetworks: readonly HostNetwork[];
  readonly allocation: PodAllocation;
  readonly cniName: string;
}

/** Every two ranges of different roles that share addresses, Nodes' blocks that do, and host networks in Pod or Service ranges. */
export function findOverlaps(question: OverlapQuestion): readonly Overlap[] {
  return [...betweenRoles(question), ...betweenBlocks(question.blocks), ...withHostNetworks(question)];
}

function betweenRoles({ ranges, allocation, cniName }: OverlapQuestion): readonly Overlap[] {
  return ranges.flatMap((a, index) =>
    ranges.slice(index + 1).flatMap((b) => {
      const shared = a.range.role === b.range.role ? null : sharedPieces(a.parts, b.parts);
      if (shared === null) return [];
      const roles = new Set([a.range.role, b.range.role]);
      const nodeAndPod = roles.has("node") && roles.has("pod");
      const byDesign = nodeAndPod ? onNodeNetwork(allocation, cniName) : null;
      return overlapOf({ ...sideOf(a), piece: shared.a }, { ...sideOf(b), piece: shared.b }, byDesign);
    }),
  );
}

const UNDERLAY = /^(macvlan|ipvlan|sriov|vlan|host-device)\b/;

/** CNIs whose Pods live in the Nodes' own subnets. */
function onNodeNetwork(allocation: PodAllocation, cniName: string): string | null {
  if (allocation === "cloud") return "Pods get addresses of the cloud's subnets, which the Nodes are in too";
  if (UNDERLAY.test(cniName)) return "Pods are attached to the Nodes' own network";
  return null;
}

interface Side {
  readonly role: string;
  readonly source: string;
  readonly piece: Cidr;
}

function sideOf({ range }: MergedRange): Omit<Side, "piece"> {
  return { role: range.role, source: range.sources[0]?.source ?? "" };
}

function overlapOf(a: Side, b: Side, byDesign: string | null): readonly Overlap[] {
  const stands = relation(a.piece, b.piece);
  if (stands === "disjoint") return [];
  const side = ({ role, source, piece }: Side) => ({ role, cidr: piece.text, source });
  return [{ a: side(a), b: side(b), relation: stands, byDesign }];
}

/** The first two pieces that share an address. Both lists are sorted and free of nesting, so one pass is enough. */
function sharedPieces(a: readonly Cidr[], b: readonly Cidr[]): { readonly a: Cidr; readonly b: Cidr } | null {
  let i = 0;
  let j = 0;
  for (let left = a[i], right = b[j]; left !== undefined && right !== undefined; left = a[i], right = b[j]) {
    if (left.family !== right.family) return null;
    if (overlaps(left, right)) return { a: left, b: right };
    if (left.last < right.first) i += 1;
    else j += 1;
  }
  return null;
}

/** Two Nodes' blocks: in address order, each is compared with the nearest one around it. */
function betweenBlocks(blocks: readonly NodeBlocks[]): readonly Overlap[] {
  const all = blocks.flatMap(({ node, cidrs, source }) => cidrs.map((cidr) => ({ node, cidr, source })));
  all.sort((a, b) => compareCidrs(a.cidr, b.cidr) || compareText(a.node, b.node));
  const found: Overlap[] = [];
  const around: typeof all = [];
  for (const block of all) {
    for (let last = around.at(-1); last !== undefined && !contains(last.cidr, block.cidr); last = around.at(-1)) {
      around.pop();
    }
    const nearest = around.at(-1);
    around.push(block);
    if (nearest === undefined || nearest.node === block.node) continue;
    const side = ({ cidr, source }: typeof block) => ({ role: "node-pod-cidr", source, piece: cidr });
    found.push(...overlapOf(side(nearest), side(block), null));
  }
  return found;
}

function withHostNetworks({ ranges, hostNetworks }: OverlapQuestion): readonly Overlap[] {
  const nodeNetworks = new Set(ranges.filter(({ range }) => range.role === "node").map(({ cidr }) => cidr.text));
  return hostNetworks
    .filter(({ cidr }) => !nodeNetworks.has(cidr.text))
    .flatMap((network) =>
      ranges
        .filter(({ range }) => range.role !== "node")
        .flatMap((merged) => {
          const shared = sharedPieces([network.cidr], merged.parts);
          if (shared === null) return [];
          const side = { role: "host-network", source: network.source, piece: network.cidr };
          return overlapOf(side, { ...sideOf(merged), piece: shared.b }, harmless(network, merged, shared.b));
        }),
    );
}

/** Why a host network may share addresses with a range; null where it takes packets away from it. */
function harmless({ cidr, viaDefaultRouter }: HostNetwork, { range }: MergedRange, piece: Cidr): string | null {
  const wider = relation(cidr, piece) === "contains";
  if (wider && range.role === "pod") return "the routes to Pods have longer prefixes and win";
  if (wider) return "Service addresses are translated before such a wide route could take them";
  if (viaDefaultRouter) return "it leads to the router that takes everything else too";
  return null;
}
