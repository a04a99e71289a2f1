import { checks } from "../checks/registry.ts";
import type { Report } from "../model/report.ts";

/**
 * The report for a view of some areas (the first part of a check's id): its checks only, and of the findings that need no action its own
 * only. What is broken elsewhere stays: nobody should read "no problems" above a broken cluster.
 */
export function focus(report: Report, areas: readonly string[]): Report {
  const inArea = (id: string): boolean => areas.includes(id.split("/")[0] ?? "");
  const own = new Set(checks.filter(({ id }) => inArea(id)).flatMap(({ raises }) => raises.map(({ id }) => id)));
  return {
    ...report,
    findings: report.findings.filter(({ id, severity }) => severity !== "info" || own.has(id)),
    checks: report.checks.filter(({ id }) => inArea(id)),
  };
}
