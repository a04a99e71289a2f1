import type { Evidence } from "./finding.ts";
import type { Learned } from "./learned.ts";

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

export type Protocol = "tcp" | "udp" | "icmp";

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
  | "dns";

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

/** Where a packet stops, as state predicts it. Each kind is named by one check in src/checks/path. */
export type Stop =
  | {
      readonly kind: "dropped-by-rule";
      readonly node: string;
      /** Set when the rule stands in the Pod's own namespace. */
      readonly pod: string | null;
      readonly backend: "iptables" | "nftables";
      readonly hook: string;
      readonly table: string;
      readonly chain: string;
      /** 1-based; null = the chain's policy. */
      readonly rule: number | null;
      readonly text: string;
      readonly rejects: boolean;
      /** outer = the encapsulated packet. */
      readonly layer: "inner" | "outer";
      readonly outer: { readonly protocol: string; readonly port: number } | null;
    }
  | { readonly kind: "forwarding-disabled"; readonly node: string; readonly sysctl: string }
  | { readonly kind: "no-route"; readonly node: string; readonly pod: string | null; readonly destination: string }
  /** A route takes the packet, but not to where the destination lives. */
  | {
      readonly kind: "wrong-route";
      readonly node: string;
      readonly pod: string | null;
      readonly destination: string;
      readonly route: string;
      readonly expected: string;
    }
  | {
      readonly kind: "route-refuses";
      readonly node: string;
      readonly pod: string | null;
      readonly destination: string;
      readonly route: string;
      readonly type: string;
    }
  | { readonly kind: "link-down"; readonly node: string; readonly pod: string | null; readonly device: string }
  | {
      readonly kind: "detached-from-bridge";
      readonly node: string;
      readonly pod: string;
      readonly device: string;
      readonly bridge: string;
      readonly master: string | null;
    }
  | {
      readonly kind: "neighbour-wrong";
      readonly node: string;
      readonly pod: string | null;
      readonly device: string;
      readonly address: string;
      readonly has: string;
      readonly expected: string;
    }
  | {
      readonly kind: "tunnel-peer-missing";
      readonly node: string;
      readonly device: string;
      readonly peer: string;
      /** device = the other Node has no tunnel device that would take the packet. */
      readonly what: "fdb" | "neighbour" | "device";
      readonly has: string;
      readonly expected: string;
    }
  | { readonly kind: "address-missing"; readonly node: string; readonly pod: string | null; readonly address: string }
  | {
      readonly kind: "packet-too-big";
      readonly node: string;
      readonly device: string;
      readonly mtuBytes: number;
      readonly packetBytes: number;
    }
  | {
      readonly kind: "not-listening";
      readonly node: string;
      readonly pod: string | null;
      readonly address: string;
      readonly port: number;
      readonly listensOn: readonly string[];
    }
  | {
      readonly kind: "no-service-rule";
      readonly node: string;
      readonly service: string;
      readonly address: string;
      readonly port: number;
    }
  | { readonly kind: "no-endpoint"; readonly service: string }
  /** rp_filter is strict and the way back to the source is another device. */
  | {
      readonly kind: "reverse-path-filtered";
      readonly node: string;
      readonly pod: string | null;
      readonly device: string;
      readonly source: string;
      readonly route: string;
    }
  /** The reply reaches the client from another address than it sent to: it went past the Node that translated the request. */
  | {
      readonly kind: "reply-untranslated";
      readonly node: string;
      readonly pod: string | null;
      readonly address: string;
      readonly expected: string;
      /** Set where bridged packets pass by the rules because of it: net.bridge.bridge-nf-call-iptables. */
      readonly sysctl: string | null;
    }
  /** The packet would have to leave by the bridge port it came in by. */
  | {
      readonly kind: "hairpin-disabled";
      readonly node: string;
      readonly pod: string;
      readonly device: string;
      readonly bridge: string;
    };

export interface Hop {
  /** Node it happens on; "" on the wire between Nodes. */
  readonly node: string;
  readonly where: "pod" | "node" | "wire";
  readonly device: string;
  readonly action: string;
  readonly verdict: "passes" | "stops" | "unknown";
}

/** The predicted way of one packet: forward and back. `stopped` names the fact, `unknown` the thing that could not be evaluated. */
export interface Walk {
  readonly verdict: "passes" | "stopped" | "unknown";
  readonly direction: "forward" | "reply";
  /** The address the packet has when it leaves for its final end: the endpoint behind a Service. */
  readonly destination: string;
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
