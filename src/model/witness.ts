import type { Evidence } from "./finding.ts";
import type { Protocol } from "./flow.ts";
import type { Learned } from "./learned.ts";

/**
 * How one flow is told from all others, also after a translation and inside a tunnel: a TCP SYN by its maximum segment size (which no
 * translation touches) and source port, a UDP datagram and an ICMP echo by the eight bytes that their payload begins with.
 */
export interface WitnessMark {
  readonly protocol: Extract<Protocol, "tcp" | "udp" | "icmp">;
  readonly family: "IPv4" | "IPv6";
  /** Names the nftables table and the tracing instance: netdoctor_<run>. */
  readonly run: string;
  /** TCP and UDP: the port the client sends from. */
  readonly sourcePort: number | null;
  /** TCP: the MSS option of the SYN. */
  readonly segmentBytes: number | null;
  /** UDP and ICMP: 16 hexadecimal digits. */
  readonly payload: string | null;
}

/** One network namespace that is watched: a Node's own, or that of a Pod on it. */
export interface WitnessPlace {
  readonly node: string;
  readonly where: "pod" | "node";
  /** "namespace/name"; null for the Node's own. */
  readonly pod: string | null;
}

export type Way = "forward" | "reply";

/** One packet of the marked flow, as a device of a watched namespace sent it or took it. */
export interface Sighting {
  readonly place: WitnessPlace;
  readonly device: string;
  readonly direction: "in" | "out";
  readonly way: Way;
  /** Microseconds of that Node's clock; clocks of two Nodes are not compared. */
  readonly atMicros: number;
  /** "10.244.0.2:1077", an IPv6 address in brackets; of the packet inside where it is in a tunnel. */
  readonly source: string;
  readonly destination: string;
  readonly tunnel: { readonly kind: "vxlan" | "ipip"; readonly source: string; readonly destination: string } | null;
  /** "SYN", "SYN+ACK", "RST", "datagram", "echo request", "echo reply", or an ICMP error in words: "fragmentation needed (MTU 1400)". */
  readonly what: string;
  /** An ICMP error or a RST: somebody refused the packet. */
  readonly refusal: boolean;
  /** Of the IP packet that the device carries, headers included. */
  readonly bytes: number;
}

/** One rule, chain policy or jump that the kernel says the packet met (nf_tables trace). */
export interface TraceStep {
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  /** null = the chain's policy. */
  readonly handle: number | null;
  /** 1-based place in its chain; null = the policy, or the chain was not listed. */
  readonly number: number | null;
  /** The rule as nft prints it; "policy" for the chain's policy. */
  readonly rule: string;
  /** accept, drop, continue, jump CHAIN, return … */
  readonly verdict: string;
}
/** What the kernel did with one packet of the flow in the rules of one namespace, in order. */
export interface RuleTrace {
  readonly place: WitnessPlace;
  readonly way: Way;
  /** The packet is the tunnel's own, with the flow's inside. */
  readonly outer: boolean;
  readonly inputDevice: string | null;
  readonly outputDevice: string | null;
  readonly steps: readonly TraceStep[];
}

/** A packet of the flow that the kernel freed as dropped, with the kernel's reason (include/net/dropreason-core.h). */
export interface KernelDrop {
  readonly node: string;
  /** "IP_RPFILTER", "TC_INGRESS", "NETFILTER_DROP" … */
  readonly reason: string;
  /** The kernel function that dropped it: "ip_rcv_finish_core". */
  readonly location: string;
  /** The devices that the packet had passed, the last one last; a Pod's device is not told apart from the Node's of the same name. */
  readonly devices: readonly string[];
}

/** What was watched in one namespace, and whether it could be. */
export interface Watched {
  readonly place: WitnessPlace;
  /** How many packets tcpdump took; `full` = it took as many as it may, later ones were not seen. */
  readonly captured: Learned<{ readonly packets: number; readonly full: boolean }>;
  /** Lines of the rule trace. */
  readonly traced: Learned<{ readonly lines: number }>;
}

/** The kernel's own word on one marked flow. */
export interface Witness {
  readonly mark: WitnessMark;
  /** How the sender ended, in its own words: "" = it was answered. */
  readonly sent: Learned<string>;
  readonly watched: readonly Watched[];
  readonly sightings: readonly Sighting[];
  readonly traces: readonly RuleTrace[];
  readonly drops: readonly KernelDrop[];
  /** Nodes whose drop reasons could not be read, and why. */
  readonly dropsUnknown: ReadonlyMap<string, string>;
}

export interface WitnessPoint extends WitnessPlace {
  readonly device: string;
  readonly direction: "in" | "out";
}
/** The rule that ended the packet. `rule` = as printed; "policy" for the chain's policy. */
export interface WitnessedRule extends WitnessPlace, Omit<TraceStep, "verdict"> {
  readonly outer: boolean;
}

/**
 * Where the marked flow was lost. arrived = an answer came back; lost = last seen at `lastSeen`, not at `nextExpected`;
 * refused = somebody answered with a refusal; not-sent = it never left the sender's own sockets; unknown = the watch has a hole there.
 */
export interface Located {
  readonly verdict: "arrived" | "lost" | "refused" | "not-sent" | "unknown";
  readonly way: Way;
  readonly lastSeen: WitnessPoint | null;
  readonly nextExpected: WitnessPoint | null;
  readonly rule: WitnessedRule | null;
  /** The kernel's drop reason, "TC_INGRESS in __netif_receive_skb_core"; null = none was seen, or could not be read. */
  readonly reason: string | null;
  /** One sentence, for the report. */
  readonly text: string;
  readonly evidence: readonly Evidence[];
}

/** What the report shows of a witness: what was added to which Node, what was seen, and where the flow was lost. */
export interface Witnessed {
  readonly flow: string;
  readonly added: readonly string[];
  readonly witness: Learned<Witness>;
  readonly located: Located | null;
}
