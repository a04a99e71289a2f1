import type { CheckOutcome } from "./check.ts";
import type { ClusterCni } from "./cni.ts";
import type { Confidence, Evidence, Params, Severity } from "./finding.ts";
import type { FlowResult } from "./flow.ts";
import type { ObjectRef } from "./kubernetes.ts";
import type { Ranges } from "./ranges.ts";

/** A finding in words. `run` is a shell line with every word quoted. */
export interface ReportedFinding {
  readonly id: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** The check that raised it; absent for failures that nobody explains. */
  readonly check?: string;
  /** Only with --baseline: it was there before, and does not count for the exit code. */
  readonly inBaseline?: boolean;
  readonly subject: ObjectRef;
  readonly message: string;
  readonly why: string;
  readonly params: Params;
  readonly evidence: readonly Evidence[];
  readonly explains: readonly string[];
  readonly next: readonly {
    readonly run: string;
    readonly effect: "reads" | "changes";
    readonly onNode: string | null;
  }[];
}
/** Something that could not be looked at, and the permission or flag that would settle it. */
export interface Incomplete {
  readonly what: string;
  readonly reason: string;
  readonly unlock: string;
}
/** A statement that holds for this cluster, shown with a tick: true when read alone. */
export interface GoodState {
  readonly statement: string;
  readonly measure: string;
}
export type Verdict = "healthy" | "warnings" | "problems" | "incomplete";
/** What a run found. Public contract: docs/report.schema.json. */
export interface Report {
  readonly apiVersion: "netdoctor/v1";
  readonly kind: "Report";
  readonly verdict: Verdict;
  readonly cluster: {
    readonly version: string;
    readonly nodes: readonly string[];
    readonly ranges: Ranges | null;
    readonly cni: ClusterCni | null;
    /** When the first capture was taken, RFC 3339 in UTC; absent where no capture says. */
    readonly takenAt?: string;
    /** From the first to the last capture. */
    readonly seconds: number;
  };
  readonly findings: readonly ReportedFinding[];
  readonly good: readonly GoodState[];
  readonly checks: readonly CheckOutcome[];
  readonly flows: readonly FlowResult[];
  /** Where prediction and probe disagree: the model's fault, not the cluster's. */
  readonly disagreements: readonly { readonly flow: string; readonly predicted: string; readonly observed: string }[];
  readonly incomplete: readonly Incomplete[];
  /** Only with --baseline: findings of it, by key, that are there no longer. */
  readonly baseline?: { readonly gone: readonly string[] };
}
