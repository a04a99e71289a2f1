import type { Netns } from "../netns.ts";
import type { Packet } from "../packet.ts";

export type HookName = "PREROUTING" | "INPUT" | "FORWARD" | "OUTPUT" | "POSTROUTING";

/** The endpoint that this walk assumes a Service's rules choose: they choose at random, a walk is made for each. */
export interface Choice {
  /** "10.244.1.2:8080", "[fd00::2]:8080" */
  readonly endpoint: string;
}

/** Where a packet is when rules see it. */
export interface HookContext {
  readonly netns: Netns;
  readonly hook: HookName;
  readonly inputDevice: string | null;
  readonly outputDevice: string | null;
  /** The bridge port it came in by and leaves by; null where it did not or is not known to. */
  readonly inputPort: string | null;
  readonly outputPort: string | null;
  /** It is being bridged, not routed. */
  readonly bridged: boolean;
  readonly choice: Choice | null;
}

/** What matches look at. */
export interface MatchInput extends HookContext {
  readonly packet: Packet;
  /** False in chains that run before conntrack (priority below -200). */
  readonly tracked: boolean;
}
