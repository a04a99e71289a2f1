import { clusterRef, defineFinding, evidence, nodeRef, reads, readsOn } from "../model/define.ts";
import { type FailingEnds, failingEnds } from "../model/failing-ends.ts";
import type { Finding } from "../model/finding.ts";
import type { FlowResult } from "../model/flow.ts";
import { flowKind } from "../model/flow-kind.ts";
import { groupBy } from "../model/flow-outcome.ts";
import type { ObjectRef } from "../model/kubernetes.ts";
import { contrasts } from "./contrasts.ts";
import { type Stretch, sharedStretch } from "./stretch.ts";
import { suspects } from "./suspects.ts";
import { traceWords } from "./trace-command.ts";

type Unexplained = {
  readonly failed: number;
  /** "TCP port 80", "DNS over UDP" */
  readonly kinds: readonly string[];
  readonly outcomes: readonly string[];
  readonly ends: string;
  /** The part of the way that they share, in words; "" where there is none. */
  readonly stretch: string;
  /** What passes beside them. */
  readonly passing: readonly string[];
  readonly suspects: readonly string[];
  /** What the prediction stopped at, where it did. */
  readonly stopped: string;
  /** passes, in part: "…" = where the prediction ends, none */
  readonly predicted: string;
  /** A command that looks further; empty where no ends outlast the run. */
  readonly look: readonly string[];
  readonly device: string;
  /** The largest packet that passes, in bytes; 0 where size does not matter. */
  readonly largest: number;
};

export const trafficFailingUnexplained = defineFinding<Unexplained>({
  id: "traffic-failing-unexplained",
  severity: "error",
  what: ({ failed, kinds, outcomes, ends, stretch, stopped }) =>
    `${failed} ${failed === 1 ? "flow fails" : "flows fail"} ${ends} (${shortened(kinds)}: ${outcomes.join(", ")}) and ${stopped === "" ? "nothing that was read explains it" : `the walk stops: ${stopped}`}${stretch === "" ? "" : `; ${stretch}`}`,
  why: ({ stopped, predicted, passing, suspects, largest }) =>
    [
      stopped === ""
        ? `${predicted}, so the cause is outside what was read.`
        : "The state of the Nodes predicts that these packets stop there, and this version has no page of its own for that.",
      ...(largest === 0 ? [] : [`The largest packet that passes has ${largest} bytes.`]),
      ...(passing.length === 0 ? [] : [`What passes beside them: ${passing.join("; ")}.`]),
      ...(stopped !== "" || suspects.length === 0 ? [] : [`Suspects: ${suspects.join("; ")}.`]),
    ].join(" "),
  next: ({ look, device }, { kind, name }) => [
    ...(look.length === 0 ? [] : [reads(...look)]),
    ...(device === "" || kind !== "Node" ? [] : [readsOn(name, "tcpdump", "-ni", device)]),
    reads("kubectl", "netdoctor", "check", "-o", "wide"),
  ],
});

const shortened = (kinds: readonly string[]): string =>
  kinds.length > 4 ? `${kinds.slice(0, 3).join(", ")} and ${kinds.length - 3} other kinds` : kinds.join(", ");

/**
 * Failures that no finding explains become their own: those that the state of the Nodes predicts by its kind of stop, wrong answers of DNS
 * apart from packets that get none. At the Node that all of a group share, else at the cluster. Never silently dropped.
 */
export function unexplained(
  flows: readonly FlowResult[],
  failing: ReadonlySet<string>,
  explained: ReadonlySet<string>,
): readonly Finding[] {
  const left = flows.filter(({ flow }) => failing.has(flow.id) && !explained.has(flow.id));
  return [...groupBy(left, groupOf).values()].map((group) => finding(group, flows));
}

const isAnswered = (result: FlowResult | undefined): boolean =>
  result?.observed.known === true && answers.has(result.observed.value.outcome);
const answers = new Set(["nxdomain", "no-data", "servfail", "query-refused"]);
function groupOf(result: FlowResult): string {
  const { observed, predicted } = result;
  const stop = predicted.find(({ verdict }) => verdict === "stopped")?.stop;
  if (stop !== undefined && stop !== null) return `stopped ${stop.kind}`;
  if (isAnswered(result)) return "answered";
  return observed.known && observed.value.outcome === "lost-large" ? "large" : "lost";
}

function finding(group: readonly FlowResult[], flows: readonly FlowResult[]): Finding {
  const outcomes = group.flatMap(({ observed }) => (observed.known ? [observed.value.outcome] : []));
  const ends = failingEnds(group, flows);
  const stopped = stopText(group);
  const stretch = stopped === "" ? sharedStretch(group, flows) : null;
  const subject = subjectOf(group, ends, stretch);
  return trafficFailingUnexplained.at(
    subject,
    {
      failed: group.length,
      kinds: [...new Set(group.map(flowKind))].sort(),
      outcomes: [...new Set(outcomes)],
      ends: ends.text,
      stretch: stretch === null ? "" : stretchText(stretch),
      passing: contrasts(group, flows, ends),
      suspects: suspects(group, flows, ends, stretch),
      stopped,
      predicted: predictionText(group),
      largest: largestOf(group),
      look: lookWith(group, flows),
      device: stretch !== null && stretch.node === subject.name ? (stretch.devices[0] ?? "") : "",
    },
    {
      confidence: "proven",
      evidence: group.slice(0, 4).map(probeEvidence),
      explains: group.map(({ flow }) => flow.id),
    },
  );
}

/** Who gives a wrong answer is not where the question came from, and a Service that nobody reaches is not its clients' Node. */
function subjectOf(group: readonly FlowResult[], ends: FailingEnds, stretch: Stretch | null): ObjectRef {
  const place = stopNode(group) ?? stretchNode(stretch);
  if (place !== null) return nodeRef(place);
  if (ends.service !== null) return ends.service;
  return ends.node === null || isAnswered(group[0]) ? clusterRef : nodeRef(ends.node);
}

/** The command that looks further into failures of this kind. */
function lookWith(group: readonly FlowResult[], flows: readonly FlowResult[]): readonly string[] {
  if (isAnswered(group[0])) return ["kubectl", "netdoctor", "dns"];
  const large = group.some(({ observed }) => observed.known && observed.value.outcome === "lost-large");
  return large ? [] : traceWords(group, flows);
}

function probeEvidence({ flow, observed }: FlowResult) {
  const seen = observed.known
    ? `${observed.value.outcome}: ${observed.value.succeeded} of ${observed.value.sent} tries${observed.value.detail === "" ? "" : `; ${observed.value.detail}`}`
    : "";
  return evidence(`probe/${flow.id}`, `${flow.protocol}${flow.port === null ? "" : ` ${flow.port}`}`, seen);
}

function stretchText({ text, flows, ways, only }: Stretch): string {
  const all = flows === 1 ? "it takes" : "all of them take";
  const who = flows === ways ? all : `${flows} of the ${ways} whose way is known take`;
  if (text === "") return only === "" ? "" : `other packets than ${only} pass all of the way`;
  return `${who} ${text}, and ${none(only)} that arrived did`;
}

function none(only: string): string {
  if (only === "") return "nothing";
  return only === "large packets" ? "no large packet" : `no packet ${only.includes(" ") ? "to" : "of"} ${only}`;
}

/** The Node of every stop of the group, where that is one; a Pod that does not listen is no matter of its Node. */
function stopNode(group: readonly FlowResult[]): string | null {
  const stops = group.flatMap(({ predicted }) => predicted.flatMap(({ stop }) => (stop === null ? [] : [stop])));
  const nodes = new Set(stops.map((stop) => ("node" in stop && stop.kind !== "not-listening" ? stop.node : "")));
  const [node = ""] = nodes;
  return nodes.size === 1 && node !== "" ? node : null;
}
const stretchNode = (stretch: Stretch | null): string | null =>
  stretch === null || stretch.text === "" || stretch.crossing || stretch.flows < stretch.ways
    ? null
    : stretch.node || null;

function largestOf(group: readonly FlowResult[]): number {
  const sizes = group.flatMap(({ observed }) => (observed.known ? [observed.value.largestBytes ?? 0] : []));
  const passed = sizes.filter((size) => size > 0);
  return passed.length === 0 ? 0 : Math.min(...passed);
}

function predictionText(group: readonly FlowResult[]): string {
  const walked = group.filter(({ predicted }) => predicted.length > 0);
  if (walked.length === 0) return "The way of these packets could not be predicted";
  const open = walked.flatMap(({ predicted }) => predicted).find(({ verdict }) => verdict === "unknown")?.unknown;
  const which = walked.length === group.length ? "these packets" : `${walked.length} of these ${group.length} flows`;
  return open === undefined || open === null
    ? `The state of the Nodes predicts that ${which} pass`
    : `The state of the Nodes stops none of ${which} as far as it could be followed (${open})`;
}

/** The first predicted stop in words: its kind and the fact it was read from. */
function stopText(group: readonly FlowResult[]): string {
  const walk = group.flatMap(({ predicted }) => predicted).find(({ verdict }) => verdict === "stopped");
  if (walk?.stop === null || walk === undefined) return "";
  const [first] = walk.evidence;
  return `${walk.stop.kind.replaceAll("-", " ")}${first === undefined ? "" : ` (${first.source} ${first.where}: ${first.value})`}`;
}
