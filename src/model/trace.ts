import type { FlowResult, Protocol } from "./flow.ts";
import type { Learned } from "./learned.ts";
import type { Incomplete, Report, ReportedFinding } from "./report.ts";
import type { Witnessed } from "./witness.ts";

/** What a person asked: two ends as they were typed, and what was left open (null). Kept in a bundle as the capture `trace/request`. */
export interface TraceQuestion {
  readonly from: string;
  readonly to: string;
  /** Of ends that name none. */
  readonly namespace: string;
  readonly port: number | null;
  readonly protocol: Protocol | null;
  readonly family: "IPv4" | "IPv6" | null;
}

export type TraceVerdict = "passes" | "fails" | "unknown";

/** One row of the hop table: what happens at one place, device by device. */
export interface TraceHop {
  /** "Pod shop/cart-0", "node2", "node2 to node3", "outside" */
  readonly place: string;
  /** Devices in the order in which the packet meets them, "eth0@if7"; empty where only rules or sockets are. */
  readonly devices: readonly string[];
  readonly actions: readonly string[];
  readonly verdict: "passes" | "stops" | "unknown";
}

/** The way to one destination and back, in rows. A Service has one for each endpoint that it may choose. */
export interface TraceWay {
  /** The address at which it ends, and the Pod or Node that has it. */
  readonly destination: string;
  readonly verdict: TraceVerdict;
  readonly there: readonly TraceHop[];
  readonly back: readonly TraceHop[];
  /** The way back meets the same devices in the other order. */
  readonly mirrored: boolean;
  /** "node3, filter FORWARD", "outside of what was read"; "" where nothing stops it. */
  readonly end: string;
}

/** One flow of the trace: what was predicted, what the packet did, and what follows. */
export interface TracedFlow extends FlowResult {
  /** "TCP 8081 from frontend-7d9 (10.244.1.7, node2) to cart-0 (10.244.2.4, node3)" */
  readonly title: string;
  readonly verdict: TraceVerdict;
  /** packet = a packet was sent, and what it did decides; prediction = none was, or its outcome tells nothing. */
  readonly basis: "packet" | "prediction";
  /** "passes (0.4 ms)", "dies on node3, filter FORWARD", "fails; the state that was read does not explain it" */
  readonly outcome: string;
  /** The address and port that the destination saw the packet come from, by the connection records of the Nodes. */
  readonly clientSeen: Learned<string>;
  readonly ways: readonly TraceWay[];
}

/** The answer of `trace`. Public contract: docs/trace.schema.json. */
export interface TraceReport {
  readonly apiVersion: "netdoctor/v1";
  readonly kind: "Trace";
  readonly verdict: TraceVerdict;
  readonly question: TraceQuestion;
  /** What the ends were taken for, where that is not plain: the Pod chosen of a Deployment, a name's address. */
  readonly notes: readonly string[];
  readonly cluster: Pick<Report["cluster"], "version" | "seconds"> & { readonly nodes: readonly string[] };
  /** Failing ones first. */
  readonly flows: readonly TracedFlow[];
  /** Why it fails, most probable first; those of the ends that explain no failing flow stand in `beside`. */
  readonly findings: readonly ReportedFinding[];
  readonly beside: readonly ReportedFinding[];
  readonly disagreements: Report["disagreements"];
  readonly incomplete: readonly Incomplete[];
  /** What captures and the kernel's rule trace saw of one marked packet; null where none was followed. */
  readonly witness: Witnessed | null;
}
