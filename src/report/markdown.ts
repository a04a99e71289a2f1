import type { Report, ReportedFinding } from "../model/report.ts";
import { explainedBy } from "./explained.ts";
import { evidenceText } from "./finding-block.ts";
import { answerText, clusterText } from "./headline.ts";
import { visible } from "./sanitize.ts";
import { objectName, placeOfStep, SEVERITY_WORDS } from "./wording.ts";

/** CommonMark for an incident page: the answer, each cause with its evidence and the next commands, and what is not known. */
export function renderMarkdown(report: Report): string {
  const { takenAt } = report.cluster;
  const blocks = [
    `## ${text(answerText(report))}`,
    text(`${clusterText(report)}${takenAt === undefined ? "" : ` · ${takenAt}`}`),
    ...report.findings.flatMap((finding) => findingBlocks(finding, report)),
    ...goneBlocks(report),
    ...section(
      "What holds",
      report.good.map(({ statement, measure }) => `${statement}: ${measure}`),
    ),
    ...section(
      "Not examined",
      report.incomplete.map(({ what, reason, unlock }) => `${what}: ${reason}${unlock === "" ? "" : ` → ${unlock}`}`),
    ),
    text(checkedText(report)),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function findingBlocks(finding: ReportedFinding, report: Report): readonly string[] {
  const { id, severity, subject, message, why, confidence, evidence, next, inBaseline } = finding;
  const known = inBaseline === true ? " (known: in the baseline)" : "";
  const explained = explainedBy([finding], report, "full");
  return [
    `### ${text(`${SEVERITY_WORDS[severity]}: `)}${code(id)} ${text(`${objectName(subject)}${known}`)}`,
    text(message),
    text(why),
    evidence.map((each) => `- ${confidence}: ${evidenceItem(each)}`).join("\n"),
    explained.length === 0 ? "" : text(`Explains ${explained.join(", ")}.`),
    ...next.flatMap(({ run, effect, onNode }) => [sentenceCase(text(placeOfStep(onNode, effect))), fenced(run)]),
    `The runbook: ${code(`kubectl netdoctor explain ${id}`)}`,
  ];
}

function evidenceItem(evidence: ReportedFinding["evidence"][number]): string {
  const place = text(evidenceText({ ...evidence, value: "" }, "full"));
  return evidence.value === "" ? place : `${place}: ${code(evidence.value)}`;
}

function goneBlocks({ baseline }: Report): readonly string[] {
  return baseline === undefined ? [] : section("Gone since the baseline", baseline.gone);
}

function section(title: string, items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : [`### ${title}`, items.map((item) => `- ${text(item)}`).join("\n")];
}

function checkedText({ checks }: Report): string {
  const open = checks.filter(({ status }) => status === "unknown" || status === "crashed").length;
  return `${checks.length - open} of ${checks.length} checks answered.`;
}

/**
 * Cluster data as literal text: whatever Markdown would act on is escaped (CommonMark 0.31 section 2.4), also what would be a
 * list at the start of a line.
 */
function text(words: string): string {
  const escaped = visible(words)
    .replace(/[\\`*_{}[\]<>|~#$]/g, "\\$&")
    .replace(/&/g, "&amp;");
  return escaped.replace(/^(\s*)([-+=]|\d+[.)])/, (_, blanks: string, sign: string) =>
    /\d/.test(sign) ? `${blanks}${sign.slice(0, -1)}\\${sign.slice(-1)}` : `${blanks}\\${sign}`,
  );
}

/** A code span with as many backticks as its content needs (section 6.1). */
function code(content: string): string {
  const safe = visible(content);
  const fence = "`".repeat(longestRun(safe) + 1);
  const pad = /^`|`$|^ .* $/.test(safe) ? " " : "";
  return `${fence}${pad}${safe}${pad}${fence}`;
}

function fenced(content: string): string {
  const safe = visible(content);
  const fence = "`".repeat(Math.max(3, longestRun(safe) + 1));
  return `${fence}\n${safe}\n${fence}`;
}

const longestRun = (content: string): number =>
  Math.max(0, ...(content.match(/`+/g) ?? []).map(({ length }) => length));
const sentenceCase = (words: string): string => words.slice(0, 1).toUpperCase() + words.slice(1);
