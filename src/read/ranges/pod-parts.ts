import type { Node } from "../../model/kubernetes.ts";
import { usedConfig } from "../cni/used-config.ts";
import { asString, at, parseJson } from "../json-value.ts";
import { allNodeStates, byName, valueOr } from "../known-parts.ts";
import { type ClaimOrigin, claimAll, type RangeClaim, type RangesInput } from "./claim.ts";
import { ciliumPodCIDRs } from "./pool-claims.ts";

const PART = { role: "pod", extent: "part" } as const;

/** Pieces of the Pod ranges: what each Node got, and what its files say. */
export function podParts(input: RangesInput): readonly RangeClaim[] {
  return [...fromNodes(input), ...fromCiliumNodes(input), ...fromNodeFiles(input)];
}

function fromNodes({ nodes }: RangesInput): readonly RangeClaim[] {
  return [...valueOr(nodes, [])].sort(byName).flatMap((node) => {
    const origin = { ...PART, authority: "cluster", confidence: "certain", capture: "api/nodes" } as const;
    const place = `Node ${node.name} spec.podCIDRs`;
    return [...claimAll(node.podCIDRs.join(","), { ...origin, source: place, where: place }), ...fromOvn(node)];
  });
}

/** OVN-Kubernetes writes what it gave a Node into an annotation. */
function fromOvn(node: Node): readonly RangeClaim[] {
  const parsed = parseJson(node.annotations["k8s.ovn.org/node-subnets"] ?? "");
  const value = parsed.known ? at(parsed.value, "default") : undefined;
  const place = `Node ${node.name} annotation k8s.ovn.org/node-subnets`;
  const texts = Array.isArray(value) ? value.map((cidr) => asString(cidr)) : [asString(value)];
  const origin = { ...PART, authority: "cni", confidence: "certain", capture: "api/nodes" } as const;
  return claimAll(texts.join(","), { ...origin, source: place, where: place });
}

function fromCiliumNodes({ customObjects }: RangesInput): readonly RangeClaim[] {
  const nodes = valueOr(customObjects, []).filter(({ kind }) => kind === "CiliumNode");
  return [...nodes].sort(byName).flatMap((node) => {
    const place = `CiliumNode ${node.name} spec.ipam`;
    const origin = { ...PART, authority: "cni", confidence: "certain", capture: "api/custom" } as const;
    return claimAll(ciliumPodCIDRs(node).join(","), { ...origin, source: place, where: place });
  });
}

/** kubelet's podCIDR and the subnets that the CNI configuration in use names. */
function fromNodeFiles(input: RangesInput): readonly RangeClaim[] {
  return allNodeStates(input).flatMap((state) => {
    const used = usedConfig(state);
    const subnets = (used?.config.plugins ?? []).filter(({ type }) => !isInner(type)).flatMap(({ subnets }) => subnets);
    const file: ClaimOrigin = {
      ...PART,
      authority: "cni",
      confidence: "configured",
      source: `Node ${state.node} ${used?.file ?? ""}`,
      capture: `node/${state.node}/cni-conf/${used?.file ?? ""}`,
      where: "ipam subnet",
    };
    const kubelet: ClaimOrigin = {
      ...PART,
      authority: "cluster",
      confidence: "configured",
      source: `Node ${state.node} kubelet podCIDR`,
      capture: `node/${state.node}/kubelet-config`,
      where: "podCIDR",
    };
    const podCIDR = state.kubelet.known ? state.kubelet.value.podCIDR : "";
    return [...claimAll(subnets.join(","), file), ...claimAll(podCIDR, kubelet)];
  });
}

/** Plugins that address something else than the Pod: egress-cni of AWS uses link-local addresses for SNAT. */
function isInner(type: string): boolean {
  return type === "egress-cni" || type === "egress-v4-cni";
}
