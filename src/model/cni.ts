import type { Evidence } from "./finding.ts";

/** How Pod packets get from Node to Node. */
export type CrossNodeStrategy =
  | "vxlan"
  | "geneve"
  | "ipip"
  | "wireguard"
  | "direct-routing"
  | "bgp"
  | "cloud"
  | "ebpf"
  | "single-node"
  | "unknown";

const byPodCidr = new Set(["flannel", "bridge", "kindnet", "kubenet", "ptp", "k3s"]);

/** Whether Pods get addresses of Node.spec.podCIDRs and Nodes route by them; other CNIs allocate in their own way. */
export function routesByPodCidr({ name }: Pick<ClusterCni, "name">): boolean {
  return byPodCidr.has(name.split(" ")[0] ?? "");
}

export interface NodeCni {
  readonly node: string;
  /** The file the runtime uses: lexically first valid one; null = none. */
  readonly file: string | null;
  /** "flannel", "calico", "cilium" … ; "bridge (reference plugins)"; "unknown" */
  readonly name: string;
  readonly plugins: readonly string[];
  readonly strategy: CrossNodeStrategy;
  readonly tunnelDevice: string | null;
  readonly tunnelPort: number | null;
  readonly podMtuBytes: number | null;
  readonly uplinkMtuBytes: number | null;
  readonly overheadBytes: number;
  readonly evidence: readonly Evidence[];
  /** "namespace/name" of the Pod by which the CNI keeps this Node; "" where none is known. */
  readonly agent: string;
  /** The same of kube-proxy. */
  readonly kubeProxy: string;
  /** Why parts of this could not be told. */
  readonly unknown: readonly string[];
}
/** "namespace/name" of the Pod by which the CNI keeps a Node; "" where none is known. */
export const agentOn = (node: string, { nodes }: Pick<ClusterCni, "nodes">): string =>
  nodes.find((one) => one.node === node)?.agent ?? "";

/** The same of kube-proxy. */
export const kubeProxyOn = (node: string, { nodes }: Pick<ClusterCni, "nodes">): string =>
  nodes.find((one) => one.node === node)?.kubeProxy ?? "";

export interface ClusterCni {
  readonly name: string;
  readonly agree: boolean;
  /** The workloads that belong to it: "DaemonSet kube-flannel/kube-flannel-ds". */
  readonly workloads: readonly string[];
  readonly strategy: CrossNodeStrategy;
  readonly enforcesNetworkPolicy: "yes" | "no" | "unknown";
  readonly kubeProxyMode: "iptables" | "nftables" | "ipvs" | "none" | "unknown";
  readonly nodes: readonly NodeCni[];
}
