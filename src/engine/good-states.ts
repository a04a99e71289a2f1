import type { Snapshot } from "../model/facts.ts";
import type { FlowPurpose, FlowResult } from "../model/flow.ts";
import { succeeded } from "../model/flow-outcome.ts";
import type { GoodState, ReportedFinding } from "../model/report.ts";

/** Statements that hold, each only where it was really examined and nothing speaks against it: true when read alone after a tick. */
export function goodStates(snapshot: Snapshot, findings: readonly ReportedFinding[]): readonly GoodState[] {
  const flows = snapshot.flows.known ? snapshot.flows.value : [];
  const bad = findings.some(({ severity }) => severity === "error");
  return [
    ...uniqueAddresses(snapshot),
    ...podToPod(flows),
    ...nodeToPods(flows),
    ...(bad ? [] : ranges(snapshot)),
    ...dns(flows),
  ];
}

function uniqueAddresses({ pods }: Snapshot): readonly GoodState[] {
  if (!pods.known) return [];
  const live = pods.value.filter(
    ({ hostNetwork, phase, ips }) => !hostNetwork && phase === "Running" && ips.length > 0,
  );
  const addresses = live.flatMap(({ ips }) => ips);
  return live.length > 0 && new Set(addresses).size === addresses.length
    ? [{ statement: "every Pod has an address of its own", measure: count(live.length, "Pod") }]
    : [];
}

const of = (flows: readonly FlowResult[], ...purposes: FlowPurpose[]) =>
  flows.filter(({ flow, observed }) => purposes.includes(flow.purpose) && observed.known);
const passes = ({ flow, observed }: FlowResult): boolean => observed.known && succeeded(flow, observed.value);
const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;

function podToPod(flows: readonly FlowResult[]): readonly GoodState[] {
  const between = of(flows, "pod-to-pod");
  const told = between.filter(({ observed }) => observed.known && observed.value.clientSeen !== null);
  const unchanged = told.every(({ flow, observed }) => observed.known && observed.value.clientSeen === flow.from.ip);
  if (told.length === 0 || !between.every(passes) || !unchanged) return [];
  const isWithin = ({ flow }: FlowResult): boolean =>
    flow.from.kind === "Pod" && flow.to.kind === "Pod" && flow.from.node === flow.to.node;
  const where = [
    ...(told.some(isWithin) ? ["on one Node"] : []),
    ...(told.some((result) => !isWithin(result)) ? ["across Nodes"] : []),
  ];
  return [
    {
      statement: `Pods talk ${where.join(" and ")} without NAT`,
      measure: `${count(between.length, "flow")}, client seen unchanged`,
    },
  ];
}

function nodeToPods(flows: readonly FlowResult[]): readonly GoodState[] {
  const reached = of(flows, "node-to-pod");
  return reached.length > 0 && reached.every(passes)
    ? [{ statement: "every Node reaches its Pods", measure: count(reached.length, "Pod") }]
    : [];
}

function ranges({ ranges: learned }: Snapshot): readonly GoodState[] {
  if (!learned.known) return [];
  const { ranges: all, overlaps, missing } = learned.value;
  if (missing.length > 0 || overlaps.some(({ byDesign }) => byDesign === null)) return [];
  return [
    { statement: "Node, Pod and Service ranges do not overlap", measure: all.map(({ cidr }) => cidr).join(" · ") },
  ];
}

function dns(flows: readonly FlowResult[]): readonly GoodState[] {
  const lookups = of(flows, "dns");
  if (lookups.length === 0 || !lookups.every(passes)) return [];
  const times = lookups
    .flatMap(({ observed }) => (observed.known && observed.value.medianMs !== null ? [observed.value.medianMs] : []))
    .sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)];
  return [
    {
      statement: "cluster DNS answers on every replica, UDP and TCP, from every Node",
      measure: `${count(lookups.length, "lookup")}${median === undefined ? "" : `, median ${median} ms`}`,
    },
  ];
}
