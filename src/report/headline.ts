import type { Severity } from "../model/finding.ts";
import type { Report } from "../model/report.ts";
import { type Line, layoutWidth, penFor, type Terminal } from "./screen.ts";
import { cniName, count, glyph, type Sign, secondsText, styleOf } from "./wording.ts";
import { spread } from "./wrap.ts";

/** The first line is the answer; beside it, what it was asked of. */
export function headline(report: Report, terminal: Terminal): readonly Line[] {
  const pen = penFor(terminal);
  const sign = signOf(report);
  const answer: Line = [pen(`${glyph(sign, terminal)} ${answerText(report)}`, styleOf(sign))];
  return spread(answer, { parts: clusterParts(report), style: "faint" }, layoutWidth(terminal), pen);
}

/** Findings of the baseline are known, and not counted. */
export const countOf = (report: Report, severity: Severity): number =>
  report.findings.filter((finding) => finding.severity === severity && finding.inBaseline !== true).length;

export function signOf(report: Report): Sign {
  if (countOf(report, "error") > 0) return "error";
  if (isIncomplete(report)) return "unknown";
  return countOf(report, "warning") > 0 ? "warning" : "good";
}

/** The verdict speaks of the cluster, and a known problem outranks what could not be seen; beside a baseline it does not. */
const isIncomplete = ({ verdict, baseline, incomplete }: Report): boolean =>
  verdict === "incomplete" || (baseline !== undefined && incomplete.length > 0);

/** "2 problems, 1 warning"; what could not be examined is part of the answer where the verdict says so. */
export function answerText(report: Report): string {
  const { baseline, findings } = report;
  const errors = countOf(report, "error");
  const warnings = countOf(report, "warning");
  const known = findings.filter(({ severity, inBaseline }) => inBaseline === true && severity !== "info").length;
  const fresh = baseline === undefined ? "" : "new ";
  const found = [
    ...(errors > 0 ? [count(errors, `${fresh}problem`)] : []),
    ...(warnings > 0 ? [count(warnings, `${fresh}warning`)] : []),
  ];
  const incomplete = isIncomplete(report);
  return [
    ...(found.length === 0 && !incomplete ? [`no ${fresh}problems`] : found),
    ...(incomplete ? [`incomplete: ${gapOf(report)}`] : []),
    ...(known > 0 ? [`${known} known`] : []),
    ...(baseline !== undefined && baseline.gone.length > 0 ? [`${baseline.gone.length} gone`] : []),
  ].join(", ");
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

/** "v1.34.4 · 3 Nodes · flannel VXLAN · 14 s" */
export const clusterText = (report: Report): string => clusterParts(report).join(" · ");

function clusterParts({ cluster }: Report): readonly string[] {
  const version = cluster.version === "" ? "version unknown" : cluster.version;
  return [version, count(cluster.nodes.length, "Node"), cniName(cluster.cni), secondsText(cluster.seconds)];
}
