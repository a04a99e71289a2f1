import type { CniConfigFile } from "./cni-config.ts";
import type { Learned } from "./learned.ts";
import type { Ipset, IptablesRuleset, NftRuleset } from "./netfilter.ts";

export type * from "./cni-config.ts";
export type * from "./netfilter.ts";

/** The network state of one Node, as its kernel and its files tell it. Every part may be unknown on its own. */
export interface NodeState {
  readonly node: string;
  readonly kernel: Learned<string>;
  readonly links: Learned<readonly Link[]>;
  readonly routes: Learned<readonly Route[]>;
  readonly rules: Learned<readonly RoutingRule[]>;
  readonly neighbours: Learned<readonly Neighbour[]>;
  readonly fdb: Learned<readonly FdbEntry[]>;
  readonly qdiscs: Learned<readonly Qdisc[]>;
  readonly iptables: Learned<readonly IptablesRuleset[]>;
  readonly nftables: Learned<NftRuleset>;
  /** ipset name → its type and members, as `ipset save` prints them. */
  readonly ipsets: Learned<ReadonlyMap<string, Ipset>>;
  /** "net.ipv4.ip_forward" → "1"; a dot in a device name is a slash, as in sysctl(8): "net.ipv4.conf.flannel/1.rp_filter" */
  readonly sysctls: Learned<ReadonlyMap<string, string>>;
  /** What starting a Pod changes, as it was before the run started any: net.ipv4.ip_forward. */
  readonly sysctlsAtStart: Learned<ReadonlyMap<string, string>>;
  /** The devices as they were then; kinds, masters and tunnels are not among what was read. */
  readonly linksAtStart: Learned<readonly Link[]>;
  readonly sockets: Learned<readonly Socket[]>;
  readonly resolvConf: Learned<ResolvConf>;
  /** The file kubelet hands to Pods (its resolvConf setting); the same as `resolvConf` where that is /etc/resolv.conf. */
  readonly kubeletResolvConf: Learned<ResolvConf>;
  readonly kubelet: Learned<KubeletConfig>;
  readonly cniConfigs: Learned<readonly CniConfigFile[]>;
  /** The directory the runtime really reads them from. */
  readonly cniConfDir: Learned<string>;
  readonly cniBinDir: Learned<string>;
  /** File names in the CNI binary directory, with whether each is an executable regular file. */
  readonly cniBinaries: Learned<readonly { readonly name: string; readonly executable: boolean }[]>;
  /** Files that CNIs keep under /run and /var/lib/cni: path → text (subnet.env and the like). */
  readonly cniFiles: Learned<ReadonlyMap<string, string>>;
  /** Sums over CPUs of /proc/net/stat/nf_conntrack: "insert_failed" → 12 */
  readonly conntrackStats: Learned<ReadonlyMap<string, number>>;
  readonly processes: Learned<readonly Process[]>;
  readonly netns: Learned<readonly PodNetns[]>;
}

/** One network namespace of a Pod on a Node. */
export interface PodNetns {
  /** The inode of /proc/PID/ns/net. */
  readonly inode: string;
  readonly pid: number;
  /** The file that the runtime bound it to ("/run/netns/cni-…"); "" where none was found. */
  readonly path: string;
  readonly podUid: string;
  readonly links: Learned<readonly Link[]>;
  readonly routes: Learned<readonly Route[]>;
  readonly rules: Learned<readonly RoutingRule[]>;
  readonly neighbours: Learned<readonly Neighbour[]>;
  readonly iptables: Learned<readonly IptablesRuleset[]>;
  readonly nftables: Learned<NftRuleset>;
  readonly sockets: Learned<readonly Socket[]>;
  readonly sysctls: Learned<ReadonlyMap<string, string>>;
  readonly resolvConf: Learned<ResolvConf>;
}

export interface Address {
  readonly family: "IPv4" | "IPv6";
  readonly address: string;
  readonly prefixLength: number;
  readonly scope: string;
}
/** A network device (`ip -d -j link`, `ip -j addr`). */
export interface Link {
  readonly index: number;
  readonly name: string;
  /** IFLA_LINK: for a veth the peer's index, for vxlan and vlan the lower device. */
  readonly peerIndex: number | null;
  /** The peer's network namespace id as this namespace numbers it; null in the same namespace. */
  readonly peerNetnsId: number | null;
  readonly flags: readonly string[];
  readonly up: boolean;
  /** RFC 2863 state: UP, DOWN, LOWERLAYERDOWN, UNKNOWN … */
  readonly operState: string;
  readonly mtuBytes: number;
  readonly mac: string;
  /** IFLA_INFO_KIND: veth, bridge, vxlan, ipip, dummy … ; "" for a plain device. */
  readonly kind: string;
  readonly master: string | null;
  readonly bridgePort: BridgePort | null;
  readonly vxlan: Vxlan | null;
  readonly addresses: readonly Address[];
}
export interface BridgePort {
  readonly state: string;
  readonly hairpin: boolean;
}
export interface Vxlan {
  readonly id: number;
  readonly local: string | null;
  readonly group: string | null;
  readonly lowerDevice: string | null;
  readonly port: number;
  readonly learning: boolean;
  readonly external: boolean;
}
/** One route of any table (`ip -j -d route show table all`). */
export interface Route {
  readonly family: "IPv4" | "IPv6";
  readonly table: string;
  readonly type:
    | "unicast"
    | "local"
    | "broadcast"
    | "multicast"
    | "blackhole"
    | "unreachable"
    | "prohibit"
    | "throw"
    | "anycast"
    | "nat"
    | "other";
  /** CIDR notation; the default route is 0.0.0.0/0 or ::/0. */
  readonly destination: string;
  readonly gateway: string | null;
  readonly device: string | null;
  readonly source: string | null;
  readonly metric: number;
  readonly mtuBytes: number | null;
  readonly flags: readonly string[];
  readonly protocol: string;
  readonly scope: string;
  /** Next hops of a multipath route; empty otherwise. */
  readonly nexthops: readonly {
    readonly gateway: string | null;
    readonly device: string | null;
    readonly weight: number;
  }[];
}
/** One policy routing rule (`ip -j rule`). */
export interface RoutingRule {
  readonly family: "IPv4" | "IPv6";
  readonly priority: number;
  /** CIDR notation, a host as /32 or /128; null = all. */
  readonly source: string | null;
  readonly destination: string | null;
  readonly fwmark: { readonly value: number; readonly mask: number } | null;
  readonly iif: string | null;
  readonly oif: string | null;
  readonly table: string | null;
  /** "lookup" where the rule names a table; else goto, nop, blackhole, unreachable, prohibit … */
  readonly action: string;
  readonly inverted: boolean;
  /** Selectors that this type has no field for (dport, uidrange, tos …): with any, whether it matches cannot be told. */
  readonly unmodelled: readonly string[];
}
export interface Neighbour {
  readonly address: string;
  readonly device: string;
  readonly mac: string | null;
  readonly state: readonly string[];
}
export interface FdbEntry {
  readonly mac: string;
  readonly device: string;
  /** The remote VTEP of a VXLAN entry. */
  readonly destination: string | null;
  readonly master: string | null;
  readonly state: string;
  readonly flags: readonly string[];
}

/** A queueing discipline of a device, tc(8). `clsact` and `ingress` are where filters and eBPF programs hang. */
export interface Qdisc {
  readonly device: string;
  readonly kind: string;
}

/** A listening TCP or a bound UDP socket. `address` "0.0.0.0" or "::" = every address. */
export interface Socket {
  readonly protocol: "tcp" | "udp";
  readonly family: "IPv4" | "IPv6";
  readonly address: string;
  readonly port: number;
}
/** resolv.conf(5) as glibc reads it: the last `search` wins, at most 3 nameservers are used. */
export interface ResolvConf {
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  readonly ndots: number;
  readonly options: readonly string[];
}
export interface KubeletConfig {
  readonly clusterDNS: readonly string[];
  readonly clusterDomain: string;
  readonly podCIDR: string;
  readonly resolvConf: string;
  readonly maxPods: number | null;
  readonly nodeIPs: readonly string[];
}
export interface Process {
  readonly pid: number;
  readonly name: string;
  /** proc(5) state letter: R S D Z T t … */
  readonly state: string;
  readonly args: readonly string[];
}
