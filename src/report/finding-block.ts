import type { Evidence } from "../model/finding.ts";
import type { Report, ReportedFinding } from "../model/report.ts";
import { explainedBy } from "./explained.ts";
import { type Line, layoutWidth, lineWidth, type Pen, padEnd, penFor, type Terminal, textWidth } from "./screen.ts";
import { type Detail, glyph, list, objectName, placeOfStep, SEVERITY_WORDS, sourceName, styleOf } from "./wording.ts";
import { labelled, wrapWords } from "./wrap.ts";
import { wrapCommand } from "./wrap-command.ts";

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
    const margin = INDENT + signWidth(terminal) + 2;
    const run = wrapCommand(pen(explainCommand(finding.id)).text, layoutWidth(terminal) - margin);
    return [...lines, ...run.map((text) => [pen(" ".repeat(margin)), pen(text)])];
  });
}

/** Columns of a glyph and the blank after it. */
export const signWidth = (terminal: Terminal): number => textWidth(glyph("good", terminal)) + 1;

function groups(findings: readonly ReportedFinding[], detail: Detail): readonly (readonly ReportedFinding[])[] {
  if (detail === "full") return findings.map((finding) => [finding]);
  const byId = new Map<string, ReportedFinding[]>();
  for (const finding of findings) {
    const key = `${finding.severity} ${finding.id} ${finding.inBaseline ?? false}`;
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
    ...more(finding.id, pen, width),
  ];
}

function title(finding: ReportedFinding, terminal: Terminal): readonly Line[] {
  const pen = penFor(terminal);
  const style = styleOf(finding.severity);
  const word = padEnd(SEVERITY_WORDS[finding.severity], LABEL_WIDTH);
  const head: Line = [pen(`${glyph(finding.severity, terminal)} ${word}`, style), pen(finding.id, "strong")];
  const subject = pen(objectName(finding.subject), "strong");
  const known = finding.inBaseline === true ? [pen("   known: in the baseline", "faint")] : [];
  const whole = [...head, pen("   "), subject, ...known];
  const width = layoutWidth(terminal);
  if (lineWidth(whole) <= width) return [whole];
  const margin = pen(" ".repeat(MARGIN));
  const names = wrapWords(subject.text, width - MARGIN).map((text) => [margin, pen(text, "strong")]);
  return [head, ...names, ...known.map((span) => [pen(" ".repeat(MARGIN - 3)), span])];
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
 * Commands stand alone on their lines, so that they can be copied; one that is too long goes on behind a backslash. Above them
 * stands where to run them and what they change; with nothing above, they run here and only read.
 */
function steps(finding: ReportedFinding, pen: Pen, width: number): readonly Line[] {
  const lines: Line[] = [];
  let above = HERE;
  for (const [index, { run, effect, onNode }] of finding.next.entries()) {
    const label = [pen("  "), pen(padEnd(index === 0 ? "next" : "", LABEL_WIDTH), "faint")];
    const place = placeOfStep(onNode, effect);
    const command = pen(run, "strong");
    const fits = MARGIN + 2 + textWidth(command.text) <= width;
    const bare = fits && place === HERE && lines.length === index;
    const heading = !bare && (place !== above || index === 0);
    if (heading) lines.push([...label, pen(place, effect === "changes" ? "warning" : "plain")]);
    if (bare) lines.push([...label, command]);
    else lines.push(...commandLines(run, fits ? MARGIN + 2 : INDENT + 2, pen, width));
    above = place;
  }
  return lines;
}

/** A command at an indentation, to be copied with all its lines. */
export function commandLines(run: string, indent: number, pen: Pen, width: number): readonly Line[] {
  return wrapCommand(pen(run).text, width - indent).map((text) => [pen(" ".repeat(indent)), pen(text, "strong")]);
}

/** Where the runbook is: beside its label where it fits. */
function more(id: string, pen: Pen, width: number): readonly Line[] {
  const label = [pen(" ".repeat(INDENT)), pen(padEnd("more", LABEL_WIDTH), "faint")];
  const command = pen(explainCommand(id));
  if (MARGIN + textWidth(command.text) <= width) return [[...label, command]];
  return [label, ...commandLines(explainCommand(id), INDENT + 2, pen, width)];
}
const explainCommand = (id: string): string => `kubectl netdoctor explain ${id}`;

const HERE = placeOfStep(null, "reads");
