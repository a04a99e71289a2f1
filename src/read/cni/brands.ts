import type { CrossNodeStrategy } from "../../model/cni.ts";

/** What is known of one kind of CNI beforehand. Everything else about it is read from the Nodes. */
export interface Brand {
  readonly name: string;
  /** CNI plugin types that are its own: the files' `type`, and the names of its binaries. */
  readonly plugins: readonly string[];
  /** How it is told apart where it uses the reference plugins bridge and ptp: by network name or bridge. */
  readonly networks?: readonly string[];
  readonly bridges?: readonly string[];
  /** Names of its DaemonSets and Deployments. */
  readonly workloads: RegExp | null;
  /** Devices that it makes in the Node's namespace, apart from the Pods' own. */
  readonly devices: RegExp | null;
  /** Where Pods get addresses: Node.spec.podCIDRs, the CNI's own pools, the cloud's subnets. */
  readonly allocation: "node" | "pools" | "cloud" | "unknown";
  /** Whether it enforces NetworkPolicy by itself; "agent" = only with a part that may be missing. */
  readonly policy: "yes" | "no" | "agent" | "unknown";
  /** How packets cross where the Node itself holds neither tunnel nor route to a peer. */
  readonly untunnelled: CrossNodeStrategy;
}

const NONE = {
  workloads: null,
  devices: null,
  allocation: "unknown",
  policy: "unknown",
  untunnelled: "unknown",
} as const;

/** The kinds of CNI, as their own manifests and sources have them. The first that matches counts. */
export const BRANDS: readonly Brand[] = [
  {
    name: "canal",
    plugins: [],
    workloads: /^(rke2-)?canal$/,
    devices: /^(cali|flannel)/,
    allocation: "node",
    policy: "yes",
    untunnelled: "unknown",
  },
  {
    name: "flannel",
    plugins: ["flannel"],
    workloads: /^(rke2-|kube-)?flannel(-ds.*)?$/,
    devices: /^(cni0$|cbr0$|flannel)/,
    allocation: "node",
    policy: "no",
    untunnelled: "unknown",
  },
  {
    name: "calico",
    plugins: ["calico", "calico-python"],
    workloads: /^(calico-(node|kube-controllers|typha|apiserver)|rke2-calico.*|tigera-operator)$/,
    devices: /^(cali|tunl0$|vxlan(-v6)?\.calico|wireguard\.cali|wg-v6\.cali|bpf(in|out)\.cali)/,
    allocation: "pools",
    policy: "yes",
    untunnelled: "unknown",
  },
  {
    name: "cilium",
    plugins: ["cilium-cni"],
    workloads: /^(rke2-)?(cilium(-operator|-envoy)?|anetd)$/,
    devices: /^(cilium_|lxc)/,
    allocation: "pools",
    policy: "yes",
    untunnelled: "ebpf",
  },
  {
    name: "weave",
    plugins: ["weave-net", "weave-ipam"],
    workloads: /^weave-net$/,
    devices: /^(weave$|datapath$|vethwe|vxlan-6784)/,
    allocation: "pools",
    policy: "yes",
    untunnelled: "unknown",
  },
  {
    name: "aws-vpc-cni",
    plugins: ["aws-cni", "routed-eni-cni-plugin"],
    workloads: /^aws-node$/,
    devices: /^(eni|vlan)/,
    allocation: "cloud",
    policy: "agent",
    untunnelled: "cloud",
  },
  {
    name: "azure-cni",
    plugins: ["azure-vnet"],
    workloads: /^(azure-cns.*|azure-npm)$/,
    devices: /^(azure|azv)/,
    allocation: "cloud",
    policy: "agent",
    untunnelled: "cloud",
  },
  {
    name: "gke",
    plugins: [],
    networks: ["gke-pod-network"],
    workloads: /^netd$/,
    devices: /^gke/,
    allocation: "node",
    policy: "agent",
    untunnelled: "cloud",
  },
  {
    name: "kindnet",
    plugins: [],
    networks: ["kindnet"],
    workloads: /^kindnet$/,
    devices: null,
    allocation: "node",
    policy: "agent",
    untunnelled: "unknown",
  },
  {
    name: "kube-router",
    plugins: [],
    bridges: ["kube-bridge"],
    workloads: /^kube-router$/,
    devices: /^(kube-bridge|kube-dummy-if|tun-)/,
    allocation: "node",
    policy: "yes",
    untunnelled: "unknown",
  },
  {
    name: "kubenet",
    plugins: [],
    networks: ["kubenet"],
    bridges: ["cbr0"],
    workloads: null,
    devices: /^cbr0$/,
    allocation: "node",
    policy: "no",
    untunnelled: "cloud",
  },
  {
    name: "antrea",
    plugins: ["antrea"],
    workloads: /^antrea-(agent|controller)$/,
    devices: /^(antrea-|ovs-system$|br-int$)/,
    allocation: "node",
    policy: "yes",
    untunnelled: "unknown",
  },
  {
    name: "ovn-kubernetes",
    plugins: ["ovn-k8s-cni-overlay"],
    workloads: /^ovnkube-(node|master|control-plane).*$/,
    devices: /^(ovn-k8s-|br-(int|ex|local)$|breth|ovs-system$)/,
    allocation: "pools",
    policy: "yes",
    untunnelled: "unknown",
  },
  {
    name: "openshift-sdn",
    plugins: ["openshift-sdn"],
    workloads: /^sdn(-controller)?$/,
    devices: /^(br0$|tun0$|ovs-system$)/,
    allocation: "pools",
    policy: "yes",
    untunnelled: "unknown",
  },
  {
    name: "kube-ovn",
    plugins: ["kube-ovn"],
    workloads: /^(kube-ovn-(cni|controller|pinger|monitor)|ovs-ovn|ovn-central)$/,
    devices: /^(ovn0$|br-int$|mirror0$|ovs-system$)/,
    allocation: "pools",
    policy: "yes",
    untunnelled: "unknown",
  },
  {
    name: "terway",
    plugins: ["terway"],
    workloads: /^terway/,
    devices: /^cali/,
    allocation: "cloud",
    policy: "agent",
    untunnelled: "cloud",
  },
  { ...NONE, name: "coil", plugins: ["coil"], workloads: /^coil(d|-.*)$/, allocation: "pools" },
  {
    ...NONE,
    name: "romana",
    plugins: ["romana"],
    workloads: /^romana-/,
    devices: /^romana-/,
    allocation: "pools",
    policy: "yes",
  },
  {
    ...NONE,
    name: "contiv",
    plugins: ["contivk8s", "contiv-vpp"],
    workloads: /^contiv-/,
    devices: /^(contiv|vv?port)/,
    allocation: "pools",
  },
  { ...NONE, name: "hybridnet", plugins: ["hybridnet"], workloads: /^hybridnet-/, allocation: "pools" },
  {
    ...NONE,
    name: "tke-route-eni",
    plugins: ["tke-route-eni"],
    workloads: /^tke-/,
    allocation: "cloud",
    untunnelled: "cloud",
  },
  { ...NONE, name: "galaxy", plugins: ["galaxy-sdn", "galaxy-flannel"], workloads: /^galaxy(-daemonset)?$/ },
  {
    ...NONE,
    name: "windows (Microsoft plugins)",
    plugins: ["wincni", "wincni.exe", "win-bridge", "win-overlay", "sdnbridge", "sdnoverlay"],
  },
  // The reference plugins: containernetworking/plugins. None of them looks at NetworkPolicy.
  ...["bridge", "ptp", "macvlan", "ipvlan", "sriov", "vlan", "host-device", "loopback"].map((type) => ({
    ...NONE,
    name: `${type} (reference plugins)`,
    plugins: [type],
    policy: "no" as const,
  })),
];

const BY_NAME: ReadonlyMap<string, Brand> = new Map(BRANDS.map((brand) => [brand.name, brand]));
const BY_PLUGIN: ReadonlyMap<string, Brand> = new Map(
  [...BRANDS].reverse().flatMap((brand) => brand.plugins.map((plugin) => [plugin, brand] as const)),
);

export function brandNamed(name: string): Brand | null {
  return BY_NAME.get(name) ?? null;
}

/** The brand that a plugin type belongs to. */
export function brandOfPlugin(type: string): Brand | null {
  return BY_PLUGIN.get(type) ?? null;
}
