import type { Node, Pod } from "../../model/kubernetes.ts";
import { includesAddress, parseAddress, parseCidr } from "../../net/cidr.ts";
import { brandNamed } from "../cni/brands.ts";
import { usedConfig } from "../cni/used-config.ts";
import { at } from "../json-value.ts";
import { allNodeStates, configData, valueOr } from "../known-parts.ts";
import type { RangesInput } from "./claim.ts";

/**
 * Where Pods get their addresses: node = from their Node's spec.podCIDRs; pools = the CNI deals them out by itself, and
 * spec.podCIDRs means nothing; cloud = addresses of the cloud's own subnets.
 */
export type PodAllocation = "node" | "pools" | "cloud" | "unknown";

/** Told by the CNI's configuration, else by its kind, else by where the Pods' addresses really lie. */
export function podAllocation(input: RangesInput): PodAllocation {
  const name = input.cni.known ? input.cni.value.name : "unknown";
  if (name === "cilium") return ofCilium(configData(input, "kube-system/cilium-config"));
  if (name === "calico") return ofCalico(input);
  const byBrand = brandNamed(name)?.allocation ?? "unknown";
  return byBrand === "unknown" ? observed(input) : byBrand;
}

/** Documentation/network/concepts/ipam of Cilium; cluster-pool is the default. */
function ofCilium(data: Readonly<Record<string, string>>): PodAllocation {
  if (Object.keys(data).length === 0) return "unknown";
  const mode = data.ipam ?? "cluster-pool";
  if (mode === "kubernetes") return "node";
  return ["eni", "azure", "alibabacloud", "delegated-plugin"].includes(mode) ? "cloud" : "pools";
}

/** calico-ipam draws from IPPools; host-local with usePodCidr from spec.podCIDRs. */
function ofCalico(input: RangesInput): PodAllocation {
  for (const state of allNodeStates(input)) {
    const plugin = usedConfig(state)?.config.plugins.find(({ type }) => type === "calico");
    if (plugin?.ipamType === "calico-ipam") return "pools";
    if (plugin?.ipamType === "host-local") return "node";
  }
  if (valueOr(input.customObjects, []).some(({ kind, spec }) => kind === "IPPool" && at(spec, "cidr") !== undefined))
    return "pools";
  return observed(input);
}

function observed(input: RangesInput): PodAllocation {
  const nodes = new Map(valueOr(input.nodes, []).map((node) => [node.name, node]));
  const pods = valueOr(input.pods, []).filter((pod) => hasOwnAddress(pod, nodes.get(pod.node)));
  const inside = pods.filter((pod) => isInside(pod, nodes.get(pod.node)));
  return pods.length > 0 && inside.length === pods.length ? "node" : "unknown";
}

function isInside(pod: Pod, node: Node | undefined): boolean {
  const blocks = (node?.podCIDRs ?? []).map(parseCidr).filter((cidr) => cidr !== null);
  const address = parseAddress(pod.ips[0] ?? "");
  return address !== null && blocks.some((block) => includesAddress(block, address));
}

/**
 * The Pod holds an address of the Pod network now. Not so: hostNetwork (the Node's address), ended Pods (theirs may be given to
 * others), Pods that are being deleted, and Pods on Nodes that are no machines of ours (virtual-kubelet, Fargate).
 */
export function hasOwnAddress(pod: Pod, node: Node | undefined): boolean {
  const live = pod.phase === "Running" || pod.phase === "Pending";
  return live && !pod.hostNetwork && !pod.terminating && pod.ips.length > 0 && !isVirtual(node);
}

function isVirtual(node: Node | undefined): boolean {
  return (
    node !== undefined &&
    (node.labels.type === "virtual-kubelet" || node.labels["eks.amazonaws.com/compute-type"] === "fargate")
  );
}
