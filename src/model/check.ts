import type { FactKey, Facts } from "./facts.ts";
import type { Finding, FindingType, Params } from "./finding.ts";
import type { UnknownReason } from "./learned.ts";

/** Something a check would have needed and did not get. */
export interface Missing {
  readonly fact: string;
  readonly reason: UnknownReason;
  readonly detail: string;
}

/** A question put to the facts. Pure: no clock, no I/O, no randomness. `needs` limits what `run` can see. */
export interface Check<N extends FactKey = FactKey> {
  /** Equals its path: "service/endpoints". */
  readonly id: string;
  readonly question: string;
  readonly needs: readonly N[];
  readonly raises: readonly FindingType<never>[];
  run(facts: Pick<Facts, N>): CheckAnswer;
}
export interface CheckAnswer {
  readonly examined: number;
  readonly findings: readonly Finding[];
  /** Parts that could not be examined: the rest of the answer stands without them. */
  readonly missing?: readonly Missing[];
}
/** empty = nothing of that kind here; unknown = could not look. */
export interface CheckOutcome {
  readonly id: string;
  readonly question: string;
  readonly status: "clean" | "found" | "empty" | "unknown" | "crashed";
  readonly examined: number;
  readonly missing: readonly Missing[];
  readonly error: string | null;
}

/** A check as the engine holds it: its needs are checked before `run` is called with facts that are all known. */
export type AnyCheck = Omit<Check, "needs" | "run"> & {
  readonly needs: readonly FactKey[];
  run(facts: Facts): CheckAnswer;
};
export type AnyFindingType = FindingType<Params>;
