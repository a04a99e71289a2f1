import type { Severity } from "../model/finding.ts";
import type { Report } from "../model/report.ts";

/** The exit codes of every command; README has the same table. */
export const exitCodes = {
  ok: 0,
  findings: 1,
  usage: 2,
  noAccess: 3,
  incomplete: 4,
  bug: 70,
  interrupted: 130,
} as const;

const rank: Readonly<Record<Severity, number>> = { error: 3, warning: 2, info: 1 };

/** Findings at or above the threshold come first: what is known to be broken matters more than what could not be seen. Those of the baseline do not count. */
export function exitCodeOf(report: Report, failOn: Severity | "never"): number {
  const threshold = failOn === "never" ? Number.POSITIVE_INFINITY : rank[failOn];
  if (report.findings.some(({ severity, inBaseline }) => inBaseline !== true && rank[severity] >= threshold))
    return exitCodes.findings;
  return report.incomplete.length > 0 ? exitCodes.incomplete : exitCodes.ok;
}
