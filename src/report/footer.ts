import type { CheckOutcome } from "../model/check.ts";
import type { Ranges } from "../model/ranges.ts";
import type { Incomplete, Report } from "../model/report.ts";
import { INDENT, LABEL_WIDTH, signWidth } from "./finding-block.ts";
import { type Line, layoutWidth, padEnd, penFor, type Terminal, textWidth } from "./screen.ts";
import { count, glyph, list, RELATION_WORDS, reasonWords, styleOf } from "./wording.ts";
import { labelled, wrapWords } from "./wrap.ts";
import { wrapCommand } from "./wrap-command.ts";

const NAMED = 3;

/** The ranges in use and how much of the questions has an answer. */
export function footer(report: Report, terminal: Terminal): readonly Line[] {
  const pen = penFor(terminal);
  const width = layoutWidth(terminal);
  const row = (label: string, text: string | readonly string[]): readonly Line[] =>
    labelled({ indent: INDENT, label: pen(label, "faint"), labelWidth: LABEL_WIDTH, width }, text, pen);
  return [
    ...row("ranges", report.cluster.ranges === null ? "could not be read" : rangeParts(report.cluster.ranges)),
    ...(report.checks.length === 0 ? [] : row("checked", checkedParts(report.checks))),
    ...(report.baseline === undefined || report.baseline.gone.length === 0
      ? []
      : row("gone", `since the baseline: ${list(report.baseline.gone, NAMED)}`)),
  ];
}

/** "nodes 192.168.100.0/24 · pods 10.244.0.0/16 · services 10.96.0.0/12 · no overlap" */
function rangeParts(ranges: Ranges): readonly string[] {
  const roles = (["node", "pod", "service"] as const).map((role) => {
    const cidrs = ranges.ranges.filter((range) => range.role === role).map(({ cidr }) => cidr);
    const missing = ranges.missing.find((entry) => entry.role === role);
    if (cidrs.length > 0) return `${role}s ${list(cidrs, NAMED)}`;
    return missing === undefined ? `${role}s none` : `${role}s unknown (${missing.reason})`;
  });
  return [...roles, overlapText(ranges)];
}

function overlapText({ overlaps, missing }: Ranges): string {
  const [first, ...others] = overlaps.filter(({ byDesign }) => byDesign === null);
  if (first === undefined) return missing.length === 0 ? "no overlap" : "no overlap among the known ones";
  const more = others.length === 0 ? "" : `, and ${others.length} more`;
  return `OVERLAP: ${first.a.role} ${first.a.cidr} ${RELATION_WORDS[first.relation]} ${first.b.role} ${first.b.cidr}${more}`;
}

/** "61 of 64 checks · 3 could not answer: cni/bgp (…), …". A check that had nothing to look at has its answer. */
function checkedParts(checks: readonly CheckOutcome[]): readonly string[] {
  const open = checks.filter(({ status }) => status === "unknown");
  const crashed = checks.filter(({ status }) => status === "crashed");
  return [
    `${checks.length - open.length - crashed.length} of ${count(checks.length, "check")}`,
    ...(open.length > 0 ? [`${open.length} could not answer: ${openText(open)}`] : []),
    ...(crashed.length > 0
      ? [
          `${crashed.length} crashed, a bug of netdoctor: ${list(
            crashed.map(({ id }) => id),
            NAMED,
          )}`,
        ]
      : []),
  ];
}

/** A few by name; many by what they lack: "24 for want of the state of Nodes (not collected)". */
function openText(open: readonly CheckOutcome[]): string {
  if (open.length <= NAMED + 1) return list(open.map(withReason), NAMED);
  const lacks = new Map<string, number>();
  for (const { missing } of open) {
    const [first] = missing;
    const lack = first === undefined ? "" : `${factWords(first.fact)} (${reasonWords(first.reason)})`;
    lacks.set(lack, (lacks.get(lack) ?? 0) + 1);
  }
  const parts = [...lacks].map(([lack, number]) => `${number}${lack === "" ? "" : ` for want of ${lack}`}`);
  return `${list(parts, NAMED)}; -o wide names them`;
}

/** Facts whose names are not what a person calls them. */
const FACT_WORDS: Readonly<Record<string, string>> = {
  nodeStates: "the state of the Nodes",
  unreadNodes: "the state of the Nodes",
  flows: "probes",
  probed: "probes",
  endpointSlices: "EndpointSlices",
  networkPolicies: "NetworkPolicies",
  serviceCIDRs: "ServiceCIDRs",
  apiServices: "APIServices",
  configMaps: "ConfigMaps",
  customObjects: "custom resources",
};
const factWords = (fact: string): string => FACT_WORDS[fact] ?? fact;

function withReason({ id, missing }: CheckOutcome): string {
  const [first] = missing;
  return first === undefined ? id : `${id} (${factWords(first.fact)} ${reasonWords(first.reason)})`;
}

/** What could not be examined, why, and what would settle it; entries of one reason share a line. */
export function incompleteBlock(report: Report, terminal: Terminal): readonly Line[] {
  if (report.incomplete.length === 0) return [];
  const pen = penFor(terminal);
  const width = layoutWidth(terminal);
  const title: Line = [pen(`${glyph("unknown", terminal)} not examined`, styleOf("unknown"))];
  return [
    title,
    ...byReason(report.incomplete).flatMap(({ what, reason, unlock }) => [
      ...wrapWords(pen(`${what}: ${reason}`).text, width - 4).map((text, index) => [
        pen(index === 0 ? "  " : "    "),
        pen(text),
      ]),
      ...(unlock === "" ? [] : arrowLines(unlock, terminal)),
    ]),
  ];
}

/** "→ kubectl label …, or run with --api-only": the command can be copied alone, and goes on behind a backslash. */
function arrowLines(unlock: string, terminal: Terminal): readonly Line[] {
  const pen = penFor(terminal);
  const room = layoutWidth(terminal) - 4 - textWidth(pen("→ ").text);
  const at = unlock.startsWith("kubectl ") ? unlock.indexOf(", or ") : 0;
  const command = at === -1 ? unlock : unlock.slice(0, at);
  const words = at === -1 ? "" : unlock.slice(at).replace(/^, /, "");
  const lines = [
    ...(command === "" ? [] : wrapCommand(pen(command).text, room)),
    ...(words === "" ? [] : wrapWords(pen(words).text, room)),
  ];
  return lines.map((text, index) => [pen(index === 0 ? "    → " : "      "), pen(text)]);
}

function byReason(entries: readonly Incomplete[]): readonly Incomplete[] {
  const groups = new Map<string, Incomplete[]>();
  for (const entry of entries) {
    const key = JSON.stringify([entry.reason, entry.unlock]);
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  return [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : [
          {
            ...first,
            what: list(
              [first, ...others].map(({ what }) => what),
              NAMED,
            ),
          },
        ],
  );
}

/** Widest statement that others line up with; a longer one goes its own way. */
const WIDEST_STATEMENT = 52;

/** Statements that hold, each with its measure: in a column where it fits, else after the statement, else below it. */
export function goodLines(report: Report, terminal: Terminal): readonly Line[] {
  const pen = penFor(terminal);
  const width = layoutWidth(terminal);
  const signs = signWidth(terminal);
  const sign = pen(padEnd(glyph("good", terminal), signs), styleOf("good"));
  const statements = report.good.map(({ statement }) => pen(statement).text);
  const column = Math.max(0, ...statements.map(textWidth).filter((columns) => columns <= WIDEST_STATEMENT));
  return report.good.flatMap(({ measure }, index): readonly Line[] => {
    const statement = statements[index] ?? "";
    const room = width - INDENT - signs - textWidth(pen(measure).text) - 2;
    for (const columns of [column, textWidth(statement)]) {
      if (textWidth(statement) > columns || columns > room) continue;
      return [[pen("  "), sign, pen(padEnd(statement, columns + 2)), pen(measure, "faint")]];
    }
    const below = pen(" ".repeat(INDENT + signs + 2));
    return [
      ...labelled({ indent: INDENT, label: sign, labelWidth: signs, width }, statement, pen),
      ...wrapWords(pen(measure).text, width - INDENT - signs - 2).map((text) => [below, pen(text, "faint")]),
    ];
  });
}
