import type { Learned } from "../../model/learned.ts";
import type { Range, Ranges } from "../../model/ranges.ts";
import { findCapacity } from "./capacity.ts";
import type { RangesInput } from "./claim.ts";
import { hostNetworks } from "./host-networks.ts";
import { type MergedRange, mergeClaims } from "./merge.ts";
import { nodeBlocks } from "./node-blocks.ts";
import { nodeClaims } from "./node-claims.ts";
import { observedPods, observedServices } from "./observed.ts";
import { findOverlaps } from "./overlaps.ts";
import { podAllocation } from "./pod-allocation.ts";
import { podClaims } from "./pod-claims.ts";
import { serviceClaims } from "./service-claims.ts";

/**
 * The Node, Pod and Service ranges with every source that names them, their overlaps and what is left of them. The order of the
 * objects does not matter. An inferred range says "at least"; its overlaps are those of the addresses really seen.
 */
export function readRanges(input: RangesInput): Ranges {
  const allocation = podAllocation(input);
  const pods = observedPods(input);
  const services = observedServices(input);
  const blocks = nodeBlocks(input, allocation);
  const node = mergeClaims("node", nodeClaims(input), [], allocation);
  const pod = mergeClaims("pod", podClaims(input), pods, allocation);
  const service = mergeClaims("service", serviceClaims(input), services, allocation);
  const ranges = [...node.ranges, ...pod.ranges, ...service.ranges];
  const cniName = input.cni.known ? input.cni.value.name : "unknown";
  return {
    ranges: ranges.map(({ range }) => range),
    perNode: blocks.map(({ node: name, cidrs }) => ({ node: name, podCIDRs: cidrs.map(({ text }) => text) })),
    overlaps: findOverlaps({ ranges, blocks, hostNetworks: hostNetworks(input, blocks), allocation, cniName }),
    capacity: findCapacity({ input, ranges, blocks, pods, services, allocation }),
    missing: missingRoles(input, ranges),
    unused: pod.unused,
  };
}

/** Roles without any source, with why the sources said nothing. */
function missingRoles(input: RangesInput, ranges: readonly MergedRange[]): Ranges["missing"] {
  const sources: Readonly<Record<Range["role"], readonly (readonly [string, Learned<unknown>])[]>> = {
    node: [["Nodes", input.nodes]],
    pod: [
      ["Nodes", input.nodes],
      ["Pods", input.pods],
      ["ConfigMaps", input.configMaps],
    ],
    service: [
      ["ServiceCIDRs", input.serviceCIDRs],
      ["Services", input.services],
      ["ConfigMaps", input.configMaps],
    ],
  };
  return (["node", "pod", "service"] as const).flatMap((role) => {
    if (ranges.some(({ range }) => range.role === role)) return [];
    const unread = sources[role].flatMap(([name, learned]) =>
      learned.known ? [] : [`${name}: ${learned.detail || learned.reason}`],
    );
    return [{ role, reason: unread.length > 0 ? unread.join("; ") : "no source that was read names one" }];
  });
}
