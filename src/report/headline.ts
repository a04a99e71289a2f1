import type { Severity } from "../model/finding.ts";
import type { Report } from "../model/report.ts";
import { type Line, layoutWidth, penFor, type Terminal } from "./screen.ts";
import { cniName, count, glyph, type Sign, secondsText, styleOf } from "./wording.ts";
import { spread } from "./wrap.ts";

/** The first line is the answer; beside it, what it was asked of. */
export function headline(report: Report, terminal: Terminal): readonly Line[] {
  const pen = penFor(terminal);
  const sign = signOf(report);
  const answer: Line = [pen(`${glyph(sign, terminal)} ${answerOf(report)}`, styleOf(sign))];
  return spread(answer, [pen(clusterOf(report), "faint")], layoutWidth(terminal), pen);
}

export const countOf = (report: Report, severity: Severity): number =>
  report.findings.filter((finding) => finding.severity === severity).length;

function signOf(report: Report): Sign {
  if (countOf(report, "error") > 0) return "error";
  if (report.verdict === "incomplete") return "unknown";
  return countOf(report, "warning") > 0 ? "warning" : "good";
}

/** "2 problems, 1 warning"; what could not be examined is part of the answer where the verdict says so. */
function answerOf(report: Report): string {
  const errors = countOf(report, "error");
  const warnings = countOf(report, "warning");
  const found = [
    ...(errors > 0 ? [count(errors, "problem")] : []),
    ...(warnings > 0 ? [count(warnings, "warning")] : []),
  ].join(", ");
  if (report.verdict !== "incomplete") return found === "" ? "no problems" : found;
  const gap = `incomplete: ${gapOf(report)}`;
  return found === "" ? gap : `${found}, ${gap}`;
}

/** "2 of 3 Nodes examined" where Nodes are missing, else how many questions have no answer. */
function gapOf(report: Report): string {
  const nodes = new Set(report.cluster.nodes);
  const missed = new Set(
    report.incomplete.map(({ what }) => what.replace(/^Node /, "")).filter((name) => nodes.has(name)),
  );
  if (missed.size > 0) return `${nodes.size - missed.size} of ${count(nodes.size, "Node")} examined`;
  const open = report.checks.filter(({ status }) => status === "unknown" || status === "crashed").length;
  if (open > 0) return `${open} of ${count(report.checks.length, "check")} could not answer`;
  return `${count(report.incomplete.length, "thing")} could not be examined`;
}

function clusterOf({ cluster }: Report): string {
  const version = cluster.version === "" ? "version unknown" : cluster.version;
  return [version, count(cluster.nodes.length, "Node"), cniName(cluster.cni), secondsText(cluster.seconds)].join(" · ");
}
