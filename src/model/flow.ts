import type { Evidence } from "./finding.ts";
import type { Learned } from "./learned.ts";
import type { Stop } from "./stop.ts";

export type { Stop } from "./stop.ts";

/** One end of a flow. A Service stands for its cluster IP; IP is an address that belongs to no object. */
export type FlowEnd =
  | {
      readonly kind: "Pod";
      readonly namespace: string;
      readonly name: string;
      readonly node: string;
      readonly ip: string;
      readonly hostNetwork: boolean;
    }
  | { readonly kind: "Node"; readonly name: string; readonly ip: string }
  | { readonly kind: "Service"; readonly namespace: string; readonly name: string; readonly ip: string }
  | { readonly kind: "IP"; readonly ip: string };

export type Protocol = "tcp" | "udp" | "icmp" | "sctp";

/** What a flow is to find out; the report and the checks select by it. */
export type FlowPurpose =
  | "pod-to-pod"
  | "node-to-pod"
  | "pod-to-node"
  | "pod-to-service"
  | "pod-to-endpoint"
  | "hairpin"
  | "node-port"
  | "host-port"
  | "api-server"
  | "path-mtu"
  | "egress"
  | "dns"
  /** The name that an ExternalName Service stands for, looked up. */
  | "external-name"
  /** Asked for by a person: whatever it is, it is meant to work. */
  | "trace";

/** A packet exchange: from, to, protocol, port. Its id is unique in a run and stable between runs of the same cluster. */
export interface Flow {
  readonly id: string;
  readonly purpose: FlowPurpose;
  readonly from: FlowEnd;
  readonly to: FlowEnd;
  readonly protocol: Protocol;
  readonly port: number | null;
  /** Bytes of payload for a path-MTU flow: the largest IP packet that the sender's device takes. */
  readonly packetBytes: number | null;
  readonly dns: DnsQuestion | null;
}
export interface DnsQuestion {
  readonly name: string;
  readonly type: "A" | "AAAA" | "SRV" | "PTR" | "NS";
}

/**
 * How a probe ended. refused = RST or port unreachable; no-route = EHOSTUNREACH; no-network = ENETUNREACH; prohibited = EACCES/EPERM
 * (ICMP administratively prohibited); too-big = EMSGSIZE or ICMP fragmentation needed came back; lost-large = small packets pass, large
 * ones vanish; nxdomain/servfail/… = RFC 1035 RCODEs.
 */
export type ProbeOutcome =
  | "ok"
  | "refused"
  | "reset"
  | "timeout"
  | "no-route"
  | "no-network"
  | "prohibited"
  | "too-big"
  | "lost-large"
  | "nxdomain"
  | "servfail"
  | "query-refused"
  | "no-data"
  | "tls-error"
  | "failed";

export interface ProbeResult {
  readonly outcome: ProbeOutcome;
  /** Tries sent and tries that succeeded. */
  readonly sent: number;
  readonly succeeded: number;
  /** Median over the successful tries. */
  readonly medianMs: number | null;
  /** The address the server saw its client come from; null where the server could not say. */
  readonly clientSeen: string | null;
  /** Largest packet that got through, for path-mtu. */
  readonly largestBytes: number | null;
  readonly answers: readonly string[];
  readonly detail: string;
}

export interface Hop {
  /** Node it happens on; "" on the wire between Nodes. */
  readonly node: string;
  readonly where: "pod" | "node" | "wire";
  /** "namespace/name" of the Pod in whose namespace it happens; absent elsewhere. */
  readonly pod?: string;
  readonly device: string;
  readonly action: string;
  readonly verdict: "passes" | "stops" | "unknown";
  /** Absent on the way there. */
  readonly direction?: "reply";
}

/** A rule that gives a packet another source address: SNAT or masquerade. */
export interface SourceTranslation {
  readonly node: string;
  readonly from: string;
  readonly to: string;
  readonly evidence: Evidence;
}

/** A device of a Node with a place for tc filters and eBPF programs: its qdisc is clsact or ingress. */
export interface AttachedPrograms {
  readonly node: string;
  readonly device: string;
  readonly qdisc: string;
}

/** The predicted way of one packet: forward and back. `stopped` names the fact, `unknown` the thing that could not be evaluated. */
export interface Walk {
  readonly verdict: "passes" | "stopped" | "unknown";
  readonly direction: "forward" | "reply";
  /** The address the packet has when it leaves for its final end: the endpoint behind a Service. */
  readonly destination: string;
  /** The last rule that translated the packet's source on its way there, and the address that it gave it; absent where none did. */
  readonly sourceTranslated?: SourceTranslation;
  /** Devices on the way there and back that have programs attached (tc), which a walk does not evaluate; absent where there are none. */
  readonly programs?: readonly AttachedPrograms[];
  readonly hops: readonly Hop[];
  readonly stop: Stop | null;
  readonly evidence: readonly Evidence[];
  readonly unknown: string | null;
}

/** A flow, what state predicts for it (one walk per endpoint a Service may choose), and what a real packet did. */
export interface FlowResult {
  readonly flow: Flow;
  readonly predicted: readonly Walk[];
  readonly observed: Learned<ProbeResult>;
}
