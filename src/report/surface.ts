import type { Severity } from "../model/finding.ts";
import type { ReportedFinding } from "../model/report.ts";
import type { Terminal } from "./screen.ts";

/** What a format for machines or pages may know besides the report: who made it, and from which severity a finding counts. */
export interface Surface extends Terminal {
  readonly version?: string;
  /** As --fail-on; `error` where it is not given. */
  readonly failOn?: Severity | "never";
}

const RANK: Readonly<Record<Severity, number>> = { error: 3, warning: 2, info: 1 };

/** Whether the finding makes the exit code 1: at or above --fail-on, and not in the baseline. */
export function counts({ severity, inBaseline }: ReportedFinding, { failOn = "error" }: Surface): boolean {
  return failOn !== "never" && inBaseline !== true && RANK[severity] >= RANK[failOn];
}
