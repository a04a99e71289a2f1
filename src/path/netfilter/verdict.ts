import type { Packet } from "../packet.ts";
import type { Truth } from "./truth.ts";

/** What a rule does to the packet that it matches. `unmodelled`: it may do more than this code can tell; `ends` = no later rule sees it. */
export type Verdict =
  | { readonly kind: "none" | "accept" | "drop" | "reject" | "return" }
  | { readonly kind: "jump" | "goto"; readonly chain: string }
  | { readonly kind: "translate"; readonly packet: Packet | null; readonly what: string }
  | {
      readonly kind: "unmodelled";
      readonly what: string;
      readonly effect: "may-stop" | "may-change";
      readonly ends: boolean;
    }
  /** One of several, which cannot be told (a verdict map with an unknown key). */
  | { readonly kind: "one-of"; readonly verdicts: readonly Verdict[] };

export const CONTINUE: Verdict = { kind: "none" };

/** A rule evaluated for one packet: whether it matches, the packet after its marks, what it decides. */
export interface Evaluated {
  readonly truth: Truth;
  readonly packet: Packet;
  readonly verdict: Verdict;
}

export interface RuleView {
  /** 1-based position in its chain. */
  readonly number: number;
  /** By which nft(8) deletes it; iptables has none. */
  readonly handle: number | null;
  readonly text: () => string;
  readonly evaluate: (packet: Packet) => Evaluated;
}

/** A rule by name, to be shown as evidence. `number` null = the chain's policy. */
export interface RuleRef {
  readonly chain: string;
  readonly number: number | null;
  readonly handle: number | null;
  readonly text: string;
}

/** Outcome of one base chain. `doubts` are rules that may have ended it otherwise. */
export interface ChainOutcome {
  readonly verdict: "accept" | "drop" | "reject";
  /** The rule or policy that decided; null where nothing but the end of the chain did. */
  readonly by: RuleRef | null;
  readonly packet: Packet;
  readonly doubts: readonly RuleDoubt[];
  readonly actions: readonly string[];
  /** The rule that translated the packet's addresses; null where none did. */
  readonly translatedBy: RuleRef | null;
}
export interface RuleDoubt {
  /** may-stop: the packet may end here. may-change: it may go on as another packet than assumed. */
  readonly kind: "may-stop" | "may-change";
  readonly rule: RuleRef;
  readonly what: string;
}
