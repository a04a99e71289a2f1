import { checks } from "../../src/checks/registry.ts";
import { conclude } from "../../src/engine/conclude.ts";
import type { Capture, Captures } from "../../src/model/capture.ts";
import type { AnyCheck } from "../../src/model/check.ts";
import { findingKey } from "../../src/model/finding.ts";
import type { Stop } from "../../src/model/flow.ts";
import { failingFlows } from "../../src/model/flow-outcome.ts";
import type { Report, ReportedFinding } from "../../src/model/report.ts";
import type { Fault } from "./fault.ts";
import { readRecording } from "./recording.ts";

/** The ten that are shown are the first of these that are recorded: packets lost in as many places as there are. */
export const shownFirst = [
  "forward-drop-rule",
  "vxlan-port-blocked",
  "veth-detached-from-bridge",
  "pod-cidr-route-missing",
  "dns-udp-dropped",
  "path-mtu-black-hole",
  "rp-filter-strict-asymmetric",
  "vxlan-fdb-missing",
  "pod-own-iptables-drop",
  "bridge-netfilter-off",
  "tc-filter-drop",
  "forward-policy-drop",
  "raw-drop-rule",
  "pod-default-route-missing",
  "route-blackhole",
  "endpoint-address-unassigned",
  "bridge-address-of-another-range",
  "service-wrong-target-port",
  "service-selecting-no-pods",
  "dns-service-selector-wrong",
  "corefile-other-domain",
  "kube-proxy-not-on-node",
  "coredns-scaled-to-zero",
  "corefile-refused",
];

/** What is said of a recorded fault by a netdoctor that does not know it. */
export interface Unnamed {
  readonly fault: Fault;
  /** The check that names it, which is left out. */
  readonly check: string;
  readonly whole: Report;
  /** Without that check. The walk still sees what stops a packet. */
  readonly unnamed: Report;
  /** Nor does what was read show it: the lines that prove it are cut from the captures; where they are no lines, its kind of stop is unseen. */
  readonly unseen: Report;
  /** How that was done, for people. */
  readonly hidden: string;
}

export function withoutItsRule(fault: Fault, captures: Captures = readRecording(fault.name)): Unnamed {
  const left = checks.filter(({ raises }) => !raises.some(({ id }) => id === fault.expect.id));
  const check = checks.find((one) => !left.includes(one))?.id ?? "";
  const whole = conclude(captures);
  const unnamed = conclude(captures, { checks: left });
  return { fault, check, whole, unnamed, ...unseenOf(fault, captures, whole, unnamed, left) };
}

function unseenOf(
  { expect }: Fault,
  captures: Captures,
  whole: Report,
  unnamed: Report,
  left: readonly AnyCheck[],
): Pick<Unnamed, "unseen" | "hidden"> {
  const cut = withoutEvidence(
    captures,
    whole.findings.filter(({ id }) => id === expect.id),
  );
  const unseen = cut.lines > 0 ? conclude(cut.captures, { checks: left }) : unnamed;
  const stops = stopsOf(unseen);
  if (stops.size === 0)
    return unseen === unnamed ? { unseen, hidden: "" } : { unseen, hidden: "its line is cut from what was read" };
  const blind = conclude(captures, { checks: left, unseen: ({ kind }) => stops.has(kind) });
  return { unseen: blind, hidden: `no walk sees ${[...stops].join(", ")}` };
}

/** The kinds of stop at which failing flows are predicted to end. */
const stopsOf = (report: Report): ReadonlySet<Stop["kind"]> =>
  new Set(failedOf(report).flatMap(({ predicted }) => predicted.flatMap(({ stop }) => stop?.kind ?? [])));

/** The flows that a report has to account for. */
export function failedOf({ flows }: Report) {
  const failing = failingFlows(flows);
  return flows.filter(({ flow }) => failing.has(flow.id));
}

/** The captures without the lines that the findings have as evidence: what a Node keeps from whoever reads its state. */
function withoutEvidence(
  captures: Captures,
  findings: readonly ReportedFinding[],
): { readonly captures: Captures; readonly lines: number } {
  const values = findings.flatMap(({ evidence }) => evidence);
  let lines = 0;
  const cut = [...captures.values()].map((capture): Capture => {
    const own = values.filter(({ source }) => source === capture.id).map(({ value }) => value);
    if (own.length === 0 || !capture.result.known) return capture;
    const all = capture.result.value.split("\n");
    const kept = all.filter((line) => !own.some((value) => line.endsWith(` ${value}`)));
    lines += all.length - kept.length;
    return { ...capture, result: { known: true, value: kept.join("\n") } };
  });
  return { captures: new Map(cut.map((capture) => [capture.id, capture])), lines };
}

export const loud = ({ findings }: Report): readonly ReportedFinding[] =>
  findings.filter(({ severity }) => severity !== "info");

/** What a person reads first of the fault: what accounts for the packets that it was found to lose; where it loses none, the first of all. */
export function firstSaid(report: Report, { whole, fault }: Unnamed): ReportedFinding | undefined {
  const own = new Set(whole.findings.filter(({ id }) => id === fault.expect.id).flatMap(({ explains }) => explains));
  const lost = failedOf(whole).filter(({ flow }) => own.has(flow.id));
  const about = report.findings.find(({ explains }) => lost.some(({ flow }) => explains.includes(flow.id)));
  return about ?? loud(report)[0];
}

const leftovers = new Set(["traffic-failing-unexplained", "packet-lost-on-node"]);
/** Whether a finding only says that and where something fails, and names no cause. */
export const isLeftover = ({ id }: ReportedFinding): boolean => leftovers.has(id);

/** Names a state that the whole knowledge does not have, neither as a cause nor as a symptom of one: a wrong cause, where it is proven. */
export function wrongCauses(report: Report, whole: Report): readonly ReportedFinding[] {
  const right = new Set(whole.findings.flatMap(({ id, subject, explains }) => [findingKey(id, subject), ...explains]));
  return loud(report).filter(
    (one) => !isLeftover(one) && one.confidence === "proven" && !right.has(findingKey(one.id, one.subject)),
  );
}

/** The Nodes where the fault is, by its finding; none for one of objects. */
export function placesOf({ fault, whole }: Unnamed): readonly string[] {
  const named = whole.findings.filter(
    ({ id, subject }) => id === fault.expect.id && subject.name === fault.expect.name,
  );
  const nodes = named.flatMap(({ subject, evidence }) => [
    ...(subject.kind === "Node" ? [subject.name] : []),
    ...evidence.flatMap(({ source }) => /^node\/([^/]+)\//.exec(source)?.[1] ?? []),
  ]);
  return [...new Set(nodes)].sort();
}

/** Where the first finding puts it: at the fault's own object or Node, at ends that include them, or elsewhere; "as X" where X is said first. */
export function placing(report: Report, seen: Unnamed): string {
  const first = firstSaid(report, seen);
  const { expect } = seen.fault;
  if (first === undefined) return "silent";
  if (!isLeftover(first)) return `as ${first.id}`;
  const { kind, namespace, name } = first.subject;
  if (kind === expect.kind && name === expect.name && namespace === (expect.namespace ?? "")) return "its very object";
  const places = placesOf(seen);
  if (kind === "Node" && places.length > 0) return places.includes(name) ? "its Node" : "another Node";
  if (places.length === 0) return "the ends of what fails";
  return places.some((place) => first.message.includes(place)) ? "the ends, its Node among them" : "nowhere";
}
