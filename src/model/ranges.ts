import type { Evidence } from "./finding.ts";

/** Where a range was read, in order of trust: what the kernel or the API server enforces before what somebody configured. */
export interface RangeSource {
  /** CIDR notation. */
  readonly cidr: string;
  /** "ServiceCIDR kubernetes", "Node node2 spec.podCIDRs", "ConfigMap kube-system/kubeadm-config networking.podSubnet" … */
  readonly source: string;
  readonly confidence: "certain" | "configured" | "inferred";
  readonly evidence: Evidence;
}
/** One range of the cluster with every source that names it; `disagreeing` = sources of the same role that say another. */
export interface Range {
  readonly role: "node" | "pod" | "service";
  readonly cidr: string;
  readonly family: "IPv4" | "IPv6";
  readonly sources: readonly RangeSource[];
  readonly disagreeing: readonly RangeSource[];
}
export interface NodeRange {
  readonly node: string;
  readonly podCIDRs: readonly string[];
}
export interface Overlap {
  readonly a: { readonly role: string; readonly cidr: string; readonly source: string };
  readonly b: { readonly role: string; readonly cidr: string; readonly source: string };
  readonly relation: "equal" | "contains" | "inside";
  /** The overlap is how this network is built (Pods get addresses of the Node's subnet) or the longer prefix wins harmlessly. */
  readonly byDesign: string | null;
}
export interface Capacity {
  readonly what: string;
  readonly cidr: string;
  readonly used: number;
  /** Null where the range is larger than can matter (IPv6). */
  readonly total: number | null;
}
export interface Ranges {
  readonly ranges: readonly Range[];
  readonly perNode: readonly NodeRange[];
  readonly overlaps: readonly Overlap[];
  readonly capacity: readonly Capacity[];
  /** Roles for which no source could be read, with the reason. */
  readonly missing: readonly { readonly role: "node" | "pod" | "service"; readonly reason: string }[];
  /** Pod ranges that are configured but that the CNI does not draw from: Calico, Cilium and clouds have their own. */
  readonly unused?: readonly RangeSource[];
}
