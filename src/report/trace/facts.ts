import type { TracedFlow, TraceReport, TraceWay } from "../../model/trace.ts";
import { type Line, layoutWidth, penFor, type Terminal } from "../screen.ts";
import { reasonWords } from "../wording.ts";
import { labelled } from "../wrap.ts";

export const INDENT = 2;
export const LABEL_WIDTH = 9;

/** Where the packet that was followed was last seen, and what ended it; with what was seen of it where that is little. */
export function witnessLines({ witness }: TraceReport, terminal: Terminal): readonly Line[] {
  if (witness === null) return [];
  const pen = penFor(terminal);
  const form = {
    indent: INDENT,
    label: pen("witness", "faint"),
    labelWidth: LABEL_WIDTH,
    width: layoutWidth(terminal),
  };
  const { located, witness: seen } = witness;
  const text = located === null ? `could not be had: ${seen.known ? "" : seen.detail}` : located.text;
  const rest = { ...form, label: pen("") };
  return [
    ...labelled(form, text, pen),
    ...(located?.evidence ?? [])
      .slice(0, 4)
      .flatMap(({ where, value }) => labelled(rest, [where, value].filter((part) => part !== "").join(": "), pen)),
  ];
}

/** The way back, what the packet proved, what the other end saw, how large packets may be. */
export function factLines(
  flow: TracedFlow,
  way: TraceWay | undefined,
  others: readonly TraceWay[],
  large: readonly TracedFlow[],
  terminal: Terminal,
): readonly Line[] {
  const pen = penFor(terminal);
  const width = layoutWidth(terminal);
  const line = (label: string, text: string | readonly string[]): readonly Line[] =>
    labelled({ indent: INDENT, label: pen(label, "faint"), labelWidth: LABEL_WIDTH, width }, text, pen);
  return [
    ...(way === undefined || way.there.length === 0 ? [] : line("back", backText(way, flow.verdict === "passes"))),
    ...(others.length === 0
      ? []
      : line(
          "also",
          others.map(({ destination, verdict }) => `${destination} ${verdict}`),
        )),
    ...(flow.basis === "packet" ? line("proven", proofText(flow)) : []),
    ...(flow.clientSeen.known ? line("client", `the other end sees ${flow.clientSeen.value}${unchanged(flow)}`) : []),
    ...(large.length === 0 ? [] : line("large", largeText(large, flow))),
  ];
}

function largeText(large: readonly TracedFlow[], main: TracedFlow): string {
  if (main.verdict === "fails" && large.every(({ outcome }) => outcome === main.outcome))
    return "the same for large packets";
  const bad = large.filter(({ verdict }) => verdict !== "passes");
  const shown =
    bad.length > 0 ? bad.map((flow) => `${shortTitle(flow)} ${flow.outcome}`) : large.map(({ outcome }) => outcome);
  return [...new Set(shown)].join("; ");
}

function backText({ back, mirrored, verdict, end }: TraceWay, proven: boolean): string {
  if (mirrored) return "the same way in the other direction";
  // The packet passed all the same: what is not known is where it went, and why.
  if (back.length === 0 && verdict === "unknown" && proven) return `not followed: ${end}`;
  if (back.length === 0) return verdict === "passes" ? "from outside, not followed" : "not reached";
  return "another way: rows r1 and on";
}

function proofText({ observed, verdict }: TracedFlow): string {
  if (!observed.known) return observed.detail === "" ? reasonWords(observed.reason) : observed.detail;
  const { sent, succeeded, outcome, detail } = observed.value;
  // An answer came, and it is the bad news.
  if (verdict !== "passes" && succeeded === sent) return detail === "" ? outcome : `answered: ${detail}`;
  if (verdict === "passes") return `${succeeded} of ${sent} ${sent === 1 ? "try" : "tries"} passed`;
  return `${outcome}: ${succeeded} of ${sent} ${sent === 1 ? "try" : "tries"} passed${detail === "" ? "" : `; ${detail}`}`;
}

function unchanged({ flow, clientSeen }: TracedFlow): string {
  if (!clientSeen.known || flow.from.ip === "") return "";
  const address = clientSeen.value.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  return address === flow.from.ip ? ", its own address" : `: translated, it is ${flow.from.ip}`;
}

/** "TCP 8080 to web-1 (10.244.0.5, node1)" */
export const shortTitle = ({ title }: TracedFlow): string => title.replace(/ from .* to /, " to ");
