import type { Evidence } from "../model/finding.ts";
import type { AttachedPrograms, Hop, SourceTranslation, Stop } from "../model/flow.ts";
import type { Link, Route } from "../model/node.ts";
import type { Address } from "../net/cidr.ts";
import type { Choice } from "./netfilter/context.ts";
import type { Netns } from "./netns.ts";
import type { Mark, Packet } from "./packet.ts";
import type { World } from "./world.ts";

/** What a walk assumes of the Service that the packet is sent to: that its rules choose this endpoint. */
export interface ServicePlan extends Choice {
  readonly service: string;
  readonly address: Address;
  readonly port: number;
  readonly endpointAddress: Address;
  readonly endpointPort: number;
  readonly nodePort: boolean;
  /** The API does not have this endpoint among those of the Service, in whatever state: only the Node's rules do. */
  readonly stale: StaleRule | null;
}
/** Where a rule stands that is behind the API. */
export interface StaleRule {
  readonly node: string;
  readonly evidence: readonly Evidence[];
}

/** Something that could not be evaluated. may-stop: the packet may end here; may-change: it may go on otherwise than assumed. */
export interface Doubt {
  readonly kind: "may-stop" | "may-change";
  readonly reason: string;
}

/** Conntrack's record of the walk's connection in one namespace: the packet as it came and as it left. */
export interface Connection {
  readonly before: Packet;
  after: Packet;
  connmark: Mark;
}

/** The state of one walk. Steps append to it; nobody takes anything back. */
export interface Trace {
  readonly world: World;
  readonly plan: ServicePlan | null;
  direction: "forward" | "reply";
  /** The rules that know the Service would not choose this walk's endpoint. */
  notChosen: boolean;
  readonly hops: Hop[];
  readonly doubts: Doubt[];
  readonly evidence: Evidence[];
  /** A rule that sent the Service's packet to an address that is no endpoint of it. */
  redirected: Stopped | null;
  sourceTranslated: SourceTranslation | null;
  readonly programs: AttachedPrograms[];
  /** Capture prefix of a namespace → its records, the latest last. */
  readonly connections: Map<string, Connection[]>;
  /** Namespace and packet → the route by which it forwarded: the same packet a second time is a loop. */
  readonly forwarded: Map<string, { readonly route: Route; readonly netns: Netns }>;
}

/** Where the packet is between two steps. */
export type Position =
  | { readonly at: "output"; readonly netns: Netns; readonly packet: Packet }
  | Egress
  | Ingress
  | { readonly at: "delivered"; readonly netns: Netns; readonly packet: Packet }
  /** It left the cluster by this device. */
  | { readonly at: "left"; readonly netns: Netns; readonly device: Link; readonly packet: Packet }
  | Stopped
  | { readonly at: "unknown"; readonly reason: string };

export interface Egress {
  readonly at: "egress";
  readonly netns: Netns;
  readonly device: Link;
  /** The neighbour that the frame is for. */
  readonly nextHop: Address;
  readonly route: Route | null;
  readonly packet: Packet;
  /** The bridge port that the packet came in by, if it did. */
  readonly fromPort: string | null;
}
export interface Ingress {
  readonly at: "ingress";
  readonly netns: Netns;
  readonly device: Link;
  /** The neighbour that the frame is for, where the receiver has to find out whether that is itself. */
  readonly nextHop: Address | null;
  /** The MAC that the frame is addressed to, where a permanent neighbour entry fixed it. */
  readonly mac: string | null;
  readonly packet: Packet;
}

/** The end of a walk by a fact that stops the packet. */
export interface Stopped {
  readonly at: "stopped";
  readonly stop: Stop;
  readonly evidence: readonly Evidence[];
}

export const stopped = (stop: Stop, evidence: readonly Evidence[]): Stopped => ({ at: "stopped", stop, evidence });
export const unknownAt = (reason: string): Position => ({ at: "unknown", reason });

export function hop(trace: Trace, netns: Netns, device: string, action: string): void {
  trace.hops.push({
    node: netns.node,
    where: netns.pod === null ? "node" : "pod",
    ...(netns.pod === null ? {} : { pod: netns.pod }),
    device,
    action,
    verdict: "passes",
    ...(trace.direction === "reply" ? { direction: "reply" as const } : {}),
  });
}

export function doubt(trace: Trace, kind: Doubt["kind"], reason: string): void {
  if (!trace.doubts.some((one) => one.reason === reason)) trace.doubts.push({ kind, reason });
}
