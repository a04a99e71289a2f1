import type { Evidence } from "../model/finding.ts";
import type { Report, ReportedFinding } from "../model/report.ts";
import { explainedBy } from "./explained.ts";
import { type Line, layoutWidth, lineWidth, type Pen, padEnd, penFor, type Terminal, textWidth } from "./screen.ts";
import { type Detail, glyph, list, objectName, SEVERITY_WORDS, sourceName, styleOf } from "./wording.ts";
import { labelled, wrapWords } from "./wrap.ts";

export const INDENT = 2;
export const LABEL_WIDTH = 9;
const MARGIN = INDENT + LABEL_WIDTH;
const BRIEF_EVIDENCE = 4;
const BRIEF_SUBJECTS = 4;

/** One block a finding; findings of one id on many objects share a block in the brief form. */
export function findingBlocks(report: Report, terminal: Terminal, detail: Detail): readonly Line[] {
  const loud = report.findings.filter(({ severity }) => severity !== "info" || detail === "full");
  return groups(loud, detail).flatMap((group) => [[], ...block(group, report, terminal, detail)]);
}

/** Findings of severity info in short: worth knowing, no action. The command has its line, so that it can be copied. */
export function infoLines(report: Report, terminal: Terminal): readonly Line[] {
  const pen = penFor(terminal);
  const infos = report.findings.filter(({ severity }) => severity === "info");
  return groups(infos, "brief").flatMap(([finding, ...others]) => {
    if (finding === undefined) return [];
    const subjects = list(
      [finding, ...others].map(({ subject }) => objectName(subject)),
      BRIEF_SUBJECTS,
    );
    const label = pen(glyph("info", terminal), styleOf("info"));
    const form = { indent: INDENT, label, labelWidth: signWidth(terminal), width: layoutWidth(terminal) };
    const lines = labelled(form, `info: ${finding.message} (${subjects})`, pen);
    const more = pen(`kubectl netdoctor explain ${finding.id}`);
    return [...lines, [pen(" ".repeat(INDENT + signWidth(terminal) + 2)), more]];
  });
}

/** Columns of a glyph and the blank after it. */
export const signWidth = (terminal: Terminal): number => textWidth(glyph("good", terminal)) + 1;

function groups(findings: readonly ReportedFinding[], detail: Detail): readonly (readonly ReportedFinding[])[] {
  if (detail === "full") return findings.map((finding) => [finding]);
  const byId = new Map<string, ReportedFinding[]>();
  for (const finding of findings) {
    const key = `${finding.severity} ${finding.id}`;
    byId.set(key, [...(byId.get(key) ?? []), finding]);
  }
  return [...byId.values()];
}

function block(group: readonly ReportedFinding[], report: Report, terminal: Terminal, detail: Detail): readonly Line[] {
  const [finding, ...others] = group;
  if (finding === undefined) return [];
  const pen = penFor(terminal);
  const width = layoutWidth(terminal);
  const row = (label: string, text: string | readonly string[]): readonly Line[] =>
    labelled({ indent: INDENT, label: pen(label, "faint"), labelWidth: LABEL_WIDTH, width }, text, pen);
  const why = detail === "full" ? row("why", finding.why) : [];
  const also =
    others.length === 0
      ? []
      : row(
          "also",
          list(
            others.map(({ subject }) => objectName(subject)),
            BRIEF_SUBJECTS,
          ),
        );
  const explained = explainedBy(group, report, detail);
  return [
    ...title(finding, terminal),
    ...wrapWords(pen(finding.message).text, width - INDENT).map((text) => [pen("  "), pen(text)]),
    ...why,
    ...evidenceRows(finding, terminal, detail),
    ...also,
    ...(explained.length === 0 ? [] : row("explains", explained)),
    ...steps(finding, pen, width),
    ...row("more", `kubectl netdoctor explain ${finding.id}`),
  ];
}

function title(finding: ReportedFinding, terminal: Terminal): readonly Line[] {
  const pen = penFor(terminal);
  const style = styleOf(finding.severity);
  const word = padEnd(SEVERITY_WORDS[finding.severity], LABEL_WIDTH);
  const head: Line = [pen(`${glyph(finding.severity, terminal)} ${word}`, style), pen(finding.id, "strong")];
  const subject = pen(objectName(finding.subject), "strong");
  if (lineWidth(head) + 3 + textWidth(subject.text) <= layoutWidth(terminal)) return [[...head, pen("   "), subject]];
  return [head, [pen(" ".repeat(MARGIN)), subject]];
}

/** What was seen, and where. `inferred` says that the evidence suggests the cause and does not entail it. */
function evidenceRows({ confidence, evidence }: ReportedFinding, terminal: Terminal, detail: Detail): readonly Line[] {
  const pen = penFor(terminal);
  const width = layoutWidth(terminal);
  const shown =
    detail === "full" || evidence.length <= BRIEF_EVIDENCE + 1 ? evidence : evidence.slice(0, BRIEF_EVIDENCE);
  const left = evidence.length - shown.length;
  const texts = evidence.length === 0 ? ["no evidence was recorded"] : shown.flatMap((each) => evidenceLines(each));
  return [...texts, ...(left > 0 ? [`and ${left} more: -o wide`] : [])].flatMap((text, index) =>
    labelled(
      { indent: INDENT, label: pen(index === 0 ? confidence : "", "faint"), labelWidth: LABEL_WIDTH, width },
      text,
      pen,
    ),
  );

  // A value that does not fit beside its place stands below it, whole if it can: it is compared with what a command prints.
  function evidenceLines(each: Evidence): readonly string[] {
    const text = evidenceText(each, detail);
    if (each.value === "" || MARGIN + textWidth(pen(text).text) <= width) return [text];
    const value = pen(each.value).text;
    return [
      `${evidenceText({ ...each, value: "" }, detail)}:`,
      ...wrapWords(value, width - MARGIN - 2).map((line) => `  ${line}`),
    ];
  }
}

export function evidenceText({ source, where, value }: Evidence, detail: Detail): string {
  const place = [detail === "full" ? source : sourceName(source), where].filter((part) => part !== "").join(" · ");
  return value === "" ? place : `${place}: ${value}`;
}

/**
 * Commands stand alone on their lines and are never wrapped, so that a line can be copied whole. Above them stands where to
 * run them and what they change; with nothing above, they run here and only read.
 */
function steps(finding: ReportedFinding, pen: Pen, width: number): readonly Line[] {
  const lines: Line[] = [];
  let above = HERE;
  for (const [index, { run, effect, onNode }] of finding.next.entries()) {
    const label = [pen("  "), pen(padEnd(index === 0 ? "next" : "", LABEL_WIDTH), "faint")];
    const place = placeOf(onNode, effect);
    const command = pen(run, "strong");
    const fits = MARGIN + 2 + textWidth(command.text) <= width;
    const bare = fits && place === HERE && lines.length === index;
    const heading = !bare && (place !== above || index === 0);
    if (heading) lines.push([...label, pen(place, effect === "changes" ? "warning" : "plain")]);
    lines.push(bare ? [...label, command] : [pen(" ".repeat(fits ? MARGIN + 2 : INDENT + 2)), command]);
    above = place;
  }
  return lines;
}

const HERE = "from here, only reads:";
function placeOf(node: string | null, effect: "reads" | "changes"): string {
  if (effect === "changes") return node === null ? "from here, CHANGES the cluster:" : `on Node ${node}, CHANGES it:`;
  return node === null ? HERE : `on Node ${node}, only reads:`;
}
