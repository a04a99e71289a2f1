import type { Report } from "../../model/report.ts";
import type { TracedFlow, TraceReport, TraceVerdict } from "../../model/trace.ts";
import { findingBlocks } from "../finding-block.ts";
import { incompleteBlock } from "../footer.ts";
import { type Line, layoutWidth, paint, penFor, type Terminal } from "../screen.ts";
import { type Detail, glyph, list, type Sign, styleOf } from "../wording.ts";
import { labelled, wrapWords } from "../wrap.ts";
import { factLines, INDENT, LABEL_WIDTH, shortTitle, witnessLines } from "./facts.ts";
import { hopTable } from "./hop-table.ts";

const signs: Readonly<Record<TraceVerdict, Sign>> = { passes: "good", fails: "error", unknown: "unknown" };
const shownOthers = 6;

/** The screen of `trace`: the answer, the way as a hop table, what the packet proved, and the cause below. */
export function renderTrace(report: TraceReport, terminal: Terminal, detail: Detail = "brief"): string {
  const whole = asReport(report);
  const sections = [
    answer(report, terminal),
    ...bodies(report, terminal, detail),
    witnessLines(report, terminal),
    findingBlocks({ ...whole, findings: report.findings }, terminal, detail).slice(1),
    besides(report, terminal),
    incompleteBlock(whole, terminal),
  ].filter((section) => section.length > 0);
  return paint(
    sections.flatMap((section, index) => (index === 0 ? section : [[], ...section])),
    terminal,
  );
}

/** The flow that the answer is about in a sentence, the others by name, and what the ends were taken for. */
function answer(report: TraceReport, terminal: Terminal): readonly Line[] {
  const pen = penFor(terminal);
  const width = layoutWidth(terminal);
  const shown = chosen(report);
  const others = parted(report).main.filter((flow) => flow !== shown);
  const row = (label: string, text: string): readonly Line[] =>
    labelled({ indent: INDENT, label: pen(label, "faint"), labelWidth: LABEL_WIDTH, width }, text, pen);
  const named = (["fails", "unknown", "passes"] as const).flatMap((verdict) => {
    const alike = others.filter((flow) => flow.verdict === verdict);
    return alike.length === 0 ? [] : row(verdict, list(alike.map(shortTitle), shownOthers));
  });
  const notes = report.notes.flatMap((note) => row("note", note));
  if (shown === undefined)
    return [[pen(`${glyph("unknown", terminal)} nothing could be traced`, styleOf("unknown"))], ...notes];
  const sign = signs[shown.verdict];
  const sentence = wrapWords(pen(`${glyph(sign, terminal)} ${shown.title} ${shown.outcome}`).text, width - 2);
  return [
    ...sentence.map((text, index) => [pen(index === 0 ? "" : "  "), pen(text, styleOf(sign))]),
    ...named,
    ...notes,
  ];
}

/** The first that fails, then the first that cannot be told, a large one only where all small ones pass; else what was asked for. */
function chosen(report: TraceReport): TracedFlow | undefined {
  const { main, large } = parted(report);
  return (
    main.find(({ verdict }) => verdict === "fails") ??
    main.find(({ verdict }) => verdict === "unknown") ??
    large.find(({ verdict }) => verdict === "fails") ??
    main[0]
  );
}

function parted({ flows }: TraceReport): {
  readonly main: readonly TracedFlow[];
  readonly large: readonly TracedFlow[];
} {
  return {
    main: flows.filter(({ flow }) => flow.purpose !== "path-mtu"),
    large: flows.filter(({ flow }) => flow.purpose === "path-mtu"),
  };
}

/** The table of the flow that the answer is about, with what was proven under it; `full` shows every flow. */
function bodies(report: TraceReport, terminal: Terminal, detail: Detail): readonly (readonly Line[])[] {
  const shown = chosen(report);
  if (detail === "full") return report.flows.map((flow) => body(flow, [], terminal, detail, report.flows.length > 1));
  return shown === undefined
    ? []
    : [
        body(
          shown,
          parted(report).large.filter((flow) => flow !== shown),
          terminal,
          detail,
          false,
        ),
      ];
}

function body(
  flow: TracedFlow,
  large: readonly TracedFlow[],
  terminal: Terminal,
  detail: Detail,
  titled: boolean,
): readonly Line[] {
  const pen = penFor(terminal);
  const { ways } = flow;
  const worst = ways.find(({ verdict }) => verdict === "fails") ?? ways.find(({ verdict }) => verdict === "unknown");
  const shown = detail === "full" ? ways : [worst ?? ways[0]].filter((way) => way !== undefined);
  const others = ways.filter((way) => !shown.includes(way));
  return [
    ...(titled ? [[pen(flow.title, "strong")]] : []),
    ...shown.flatMap((way) => [
      ...(ways.length > 1 && way.there.length > 0 ? [[pen(`  to ${way.destination}`)]] : []),
      ...(way.there.length === 0 ? [] : hopTable(way, terminal, detail)),
    ]),
    ...factLines(
      flow,
      shown[0],
      others.filter(({ there }) => there.length > 0),
      large,
      terminal,
    ),
  ];
}

/** Other errors of the ends, by name: worth a look where nothing explains the failure. */
function besides({ beside, findings }: TraceReport, terminal: Terminal): readonly Line[] {
  if (beside.length === 0 || findings.length > 0) return [];
  const pen = penFor(terminal);
  const form = {
    indent: INDENT,
    label: pen("besides", "faint"),
    labelWidth: LABEL_WIDTH,
    width: layoutWidth(terminal),
  };
  return labelled(
    form,
    beside.map(({ id, message }) => `${id}: ${message}`),
    pen,
  );
}

/** The parts that both reports show in one way. */
function asReport(trace: TraceReport): Report {
  return {
    apiVersion: trace.apiVersion,
    kind: "Report",
    verdict: trace.verdict === "fails" ? "problems" : trace.verdict === "unknown" ? "incomplete" : "healthy",
    cluster: { ...trace.cluster, ranges: null, cni: null },
    findings: trace.findings,
    good: [],
    checks: [],
    flows: trace.flows,
    disagreements: trace.disagreements,
    incomplete: trace.incomplete,
  };
}
