import type { Node } from "../../model/kubernetes.ts";
import { type Cidr, parseCidr } from "../../net/cidr.ts";
import { asArray, asString, at, parseJson } from "../json-value.ts";
import { byName, valueOr } from "../known-parts.ts";
import { compareCidrs, type RangesInput } from "./claim.ts";
import type { PodAllocation } from "./pod-allocation.ts";
import { ciliumPodCIDRs } from "./pool-claims.ts";

/** The blocks that a Node's Pods get their addresses from, and who says so. */
export interface NodeBlocks {
  readonly node: string;
  readonly cidrs: readonly Cidr[];
  readonly source: string;
  readonly capture: string;
}

/**
 * Each Node's blocks under the allocation in force: spec.podCIDRs where the cluster deals them out, what the CNI's own objects
 * say where it does so itself (CiliumNode, Calico's BlockAffinity, the annotation of OVN-Kubernetes). A Node without any is left out.
 */
export function nodeBlocks(input: RangesInput, allocation: PodAllocation): readonly NodeBlocks[] {
  const own = ownBlocks(input);
  return [...valueOr(input.nodes, [])].sort(byName).flatMap((node) => {
    const fromCni = own.get(node.name) ?? ovnBlocks(node);
    if (fromCni !== null && allocation !== "node") return [fromCni];
    if (allocation === "pools" || allocation === "cloud") return [];
    const cidrs = sorted(node.podCIDRs);
    return cidrs.length === 0
      ? []
      : [{ node: node.name, cidrs, source: `Node ${node.name} spec.podCIDRs`, capture: "api/nodes" }];
  });
}

function ownBlocks({ customObjects }: RangesInput): ReadonlyMap<string, NodeBlocks> {
  const byNode = new Map<string, NodeBlocks>();
  for (const object of [...valueOr(customObjects, [])].sort(byName)) {
    if (object.kind === "CiliumNode") {
      const cidrs = sorted(ciliumPodCIDRs(object));
      if (cidrs.length > 0)
        byNode.set(object.name, blocksOf(object.name, cidrs, `CiliumNode ${object.name} spec.ipam`));
    }
    if (object.kind === "BlockAffinity" && asString(at(object.spec, "state"), "confirmed") === "confirmed") {
      const node = asString(at(object.spec, "node"));
      const cidrs = sorted([asString(at(object.spec, "cidr"))]);
      const before = byNode.get(node)?.cidrs ?? [];
      if (node !== "")
        byNode.set(node, blocksOf(node, [...before, ...cidrs].sort(compareCidrs), `BlockAffinity of ${node}`));
    }
  }
  return byNode;
}

function blocksOf(node: string, cidrs: readonly Cidr[], source: string): NodeBlocks {
  return { node, cidrs, source, capture: "api/custom" };
}

/** {"default":["10.128.2.0/23"]}; older releases write a single string. */
function ovnBlocks(node: Node): NodeBlocks | null {
  const parsed = parseJson(node.annotations["k8s.ovn.org/node-subnets"] ?? "");
  const value = parsed.known ? at(parsed.value, "default") : undefined;
  const cidrs = sorted(typeof value === "string" ? [value] : asArray(value).map((cidr) => asString(cidr)));
  if (cidrs.length === 0) return null;
  const source = `Node ${node.name} annotation k8s.ovn.org/node-subnets`;
  return { node: node.name, cidrs, source, capture: "api/nodes" };
}

function sorted(texts: readonly string[]): readonly Cidr[] {
  return texts
    .map(parseCidr)
    .filter((cidr) => cidr !== null)
    .sort(compareCidrs);
}
