import type { PolicyAnswer, PolicyReport, PolicySide } from "../../model/policy-report.ts";
import { type Line, layoutWidth, type Pen, paint, penFor, type Terminal } from "../screen.ts";
import { count, glyph, list, type Sign, styleOf } from "../wording.ts";
import { labelled, spread, wrapWords } from "../wrap.ts";
import { enforcementLine, enforcementWords } from "./enforcement.ts";

type Verdict = PolicyReport["verdict"];
const SIGNS: Readonly<Record<Verdict, Sign>> = { allowed: "good", denied: "error", unknown: "unknown" };
const LABEL_WIDTH = 9;
const MOST_RULES = 4;

/** The answer first, then each connection with both sides, then the YAML that would change it, at the left edge to be copied. */
export function renderPolicyAnswer(report: PolicyReport, terminal: Terminal): string {
  const pen = penFor(terminal);
  const all = report.answers.filter(({ way }) => way === "there");
  const named = all.filter(({ other }) => !other);
  const there = named.length > 0 ? named : all;
  const back = report.answers.filter(({ way }) => way === "back");
  const sections = [
    enforcementLine(report.enforcement, terminal),
    ...there.map((answer) => details(answer, there.length > 1, terminal)),
    otherPorts(named.length > 0 ? all.filter(({ other }) => other) : [], terminal),
    backLines(back, terminal),
    report.notes.flatMap((note) => labelled(form(terminal, pen("note", "faint")), note, pen)),
    ...changes(report, terminal),
  ];
  const lines = [
    ...headline(report, there, terminal),
    ...sections.flatMap((section) => (section.length === 0 ? [] : [[], ...section])),
  ];
  return paint(lines, terminal);
}

const form = (terminal: Terminal, label: ReturnType<Pen>) => ({
  indent: 2,
  label,
  labelWidth: LABEL_WIDTH,
  width: layoutWidth(terminal),
});

function headline(report: PolicyReport, there: readonly PolicyAnswer[], terminal: Terminal): readonly Line[] {
  const pen = penFor(terminal);
  const [first] = there;
  const sign = SIGNS[report.verdict];
  const same = there.filter(({ verdict }) => verdict === report.verdict);
  const what = there.length === 1 && first !== undefined ? `${first.what}, ${first.from} to ${first.to}` : "";
  const text =
    what === ""
      ? `${report.verdict}: ${same.length} of ${count(there.length, "connection")}`
      : `${report.verdict}: ${what}`;
  const width = layoutWidth(terminal);
  const [start = "", ...rest] = wrapWords(pen(`${glyph(sign, terminal)} ${text}`).text, width);
  const beside = { parts: enforcementWords(report.enforcement), style: "faint" } as const;
  if (rest.length === 0) return spread([pen(start, styleOf(sign))], beside, width, pen);
  return [
    [pen(start, styleOf(sign))],
    ...rest.map((line) => [pen(`  ${line}`, styleOf(sign))]),
    [pen(`  ${beside.parts.join(" · ")}`, "faint")],
  ];
}

/** `titled`: there are several, so each says which it is. */
function details(answer: PolicyAnswer, titled: boolean, terminal: Terminal): readonly Line[] {
  const pen = penFor(terminal);
  const sign = SIGNS[answer.verdict];
  const sides = [...sideLines("egress", answer.egress, terminal), ...sideLines("ingress", answer.ingress, terminal)];
  if (!titled) return sides;
  return [
    ...wrapWords(
      pen(`${glyph(sign, terminal)} ${answer.verdict}  ${answer.what}, ${answer.from} to ${answer.to}`).text,
      layoutWidth(terminal),
    ).map((text) => [pen(text, "strong")]),
    ...sides,
  ];
}

function sideLines(name: string, side: PolicySide, terminal: Terminal): readonly Line[] {
  const pen = penFor(terminal);
  const word = side.verdict === "unknown" ? "may be allowed by" : "allowed by";
  const rules = side.rules
    .slice(0, MOST_RULES)
    .map(({ policy, rule, text }) => `${word} ${policy} rule ${rule}: ${text}`);
  const more = side.rules.length > MOST_RULES ? [`and by ${side.rules.length - MOST_RULES} more rules: -o json`] : [];
  const lines = [`${glyph(SIGNS[side.verdict], terminal)} ${side.because}`, ...rules, ...more];
  return lines.flatMap((text, index) => labelled(form(terminal, pen(index === 0 ? name : "", "faint")), text, pen));
}

/** What the target may open towards the sender: replies need no rule, connections of its own do. */
function backLines(back: readonly PolicyAnswer[], terminal: Terminal): readonly Line[] {
  const pen = penFor(terminal);
  if (back.length === 0) return [];
  const by = (verdict: Verdict): readonly string[] =>
    back.filter((answer) => answer.verdict === verdict).map(({ what }) => what);
  const texts = (["allowed", "denied", "unknown"] as const).flatMap((verdict) => {
    const whats = by(verdict);
    return whats.length === 0 ? [] : [`${glyph(SIGNS[verdict], terminal)} ${verdict}: ${list([...new Set(whats)], 6)}`];
  });
  const [first] = back;
  return [
    [pen(`the other way, connections that ${first?.from ?? ""} opens (replies need no rule)`, "strong")],
    ...texts.flatMap((text) => labelled(form(terminal, pen("back", "faint")), text, pen)),
  ];
}

/** What is said of the ports that the target does not declare, and may have all the same. */
function otherPorts(others: readonly PolicyAnswer[], terminal: Terminal): readonly Line[] {
  const pen = penFor(terminal);
  return others.flatMap(({ verdict, what }) =>
    labelled(form(terminal, pen("other", "faint")), `${glyph(SIGNS[verdict], terminal)} ${verdict}: ${what}`, pen),
  );
}

function changes({ change }: PolicyReport, terminal: Terminal): readonly (readonly Line[])[] {
  if (change === null) return [];
  const pen = penFor(terminal);
  const label = pen(change.to === "allowed" ? "to allow" : "to deny", "faint");
  const text = `${change.effect}. Save this and apply it: kubectl apply -f FILE`;
  const yaml = change.yaml.trimEnd().split("\n");
  return [[...labelled(form(terminal, label), text, pen), [], ...yaml.map((line) => [pen(line)])]];
}
