import type { Captures } from "../../model/capture.ts";
import type { Snapshot } from "../../model/facts.ts";
import type { Flow, FlowResult } from "../../model/flow.ts";
import { nodeOf } from "../../model/flow-end.ts";
import { contradicted } from "../../model/flow-outcome.ts";
import { known, type Learned } from "../../model/learned.ts";
import type { Report, ReportedFinding } from "../../model/report.ts";
import type { TracedFlow, TraceQuestion, TraceReport, TraceVerdict } from "../../model/trace.ts";
import type { Witnessed } from "../../model/witness.ts";
import { buildWorld, type World } from "../../path/world.ts";
import { readSnapshot } from "../../read/facts.ts";
import { conclude } from "../conclude.ts";
import { mergeRunObjects } from "../merge-run-objects.ts";
import { witnessed } from "../witness/witness.ts";
import { clientSeen } from "./client-seen.ts";
import { findEnds, type TraceEnds } from "./ends.ts";
import { didYouMean, nearMisses } from "./near-misses.ts";
import { isToldBetter, plainAnswer } from "./plain-answer.ts";
import { planTrace } from "./plan.ts";
import { readRequest, sameQuestion } from "./request-capture.ts";
import { judge, titleOf } from "./verdict.ts";
import { wayOf } from "./ways.ts";

/**
 * Captures and a question → the answer, pure: the same from a bundle as live. Captures that were not made by this very trace are good for
 * a prediction. Unknown with a sentence for the person where an end is not there.
 */
export function concludeTrace(captures: Captures, question: TraceQuestion): Learned<TraceReport> {
  const record = readRequest(captures);
  const own = record !== null && sameQuestion(record.question, question);
  const snapshot = readSnapshot(mergeRunObjects(captures));
  const ends = findEnds(snapshot, question, record?.answer ?? null);
  if (!ends.known) return ends;
  const states = snapshot.nodeStates.known ? snapshot.nodeStates.value : new Map();
  const prepared = own ? captures : withPlan(captures, planTrace(question, ends.value, states));
  const report = conclude(prepared);
  const seen = witnessed(prepared, report.flows);
  const { ranges } = report.cluster;
  const flows = tracedFlows(report.flows, prepared, worldOf(snapshot)).map((flow) =>
    plainAnswer(localised(flow, seen), ends.value.inventory, ranges),
  );
  const verdict = verdictOf(flows);
  const telling = report.findings.filter((finding) => !isToldBetter(finding, flows, ends.value.inventory, ranges));
  const findings = telling.filter((finding) => isCulprit(finding, report.flows));
  return known({
    apiVersion: "netdoctor/v1",
    kind: "Trace",
    verdict,
    question,
    notes: [...ends.value.notes, ...unresolved(ends.value, own)],
    cluster: { version: report.cluster.version, nodes: [...states.keys()].sort(), seconds: report.cluster.seconds },
    flows,
    findings: verdict === "passes" ? [] : findings,
    beside: verdict === "passes" ? [] : telling.filter((finding) => isBeside(finding, findings, report.flows)),
    disagreements: report.disagreements,
    incomplete: verdict === "passes" ? [] : report.incomplete,
    witness: seen,
  });
}

function unresolved({ target, inventory }: TraceEnds, own: boolean): readonly string[] {
  if (target.kind !== "name") return [];
  const [service = "", namespace = inventory.home] = target.name.split(".");
  const near = nearMisses(inventory, namespace, service).filter((name) => name.includes("svc/"));
  return [
    own
      ? `the name ${target.name} got no address from the sender's DNS: the queries below are what was asked${didYouMean(near)}`
      : `the name ${target.name} was not looked up in these captures: give its address`,
  ];
}

/** Another command's probes are not this trace's; its reading of the cluster is as good as our own. */
function withPlan(captures: Captures, flows: readonly Flow[]): Captures {
  const others = [...captures].filter(([id]) => !id.startsWith("probe/") && !id.startsWith("trace/"));
  const takenAt = [...captures.values()][0]?.takenAt ?? "";
  const plan = { id: "probe/plan", command: "", takenAt, result: known(JSON.stringify(flows)) };
  return new Map([...others, [plan.id, plan]]);
}

function worldOf({ nodes, pods, services, endpointSlices, nodeStates, unreadNodes }: Snapshot): World {
  return buildWorld({
    nodes: nodes.known ? nodes.value : [],
    pods: pods.known ? pods.value : [],
    services: services.known ? services.value : [],
    endpointSlices: endpointSlices.known ? endpointSlices.value : [],
    nodeStates: nodeStates.known ? nodeStates.value : new Map(),
    unreadNodes: unreadNodes.known ? unreadNodes.value : new Map(),
  });
}

const order: Readonly<Record<TraceVerdict, number>> = { fails: 0, unknown: 1, passes: 2 };

function tracedFlows(results: readonly FlowResult[], captures: Captures, world: World): readonly TracedFlow[] {
  const nodeOfAddress = (address: string): string | null =>
    world.podsByAddress.get(address)?.[0]?.node ?? world.nodesByAddress.get(address)?.name ?? null;
  const flows = results.map((result): TracedFlow => {
    const seen = clientSeen(result.flow, captures, nodeOfAddress);
    const ways = result.predicted.map((walk) => wayOf(walk, world));
    const judged = judge(result, seen.arrivedOn);
    return { ...result, title: titleOf(result.flow), ...judged, clientSeen: seen.client, ways };
  });
  // Of the names that a search list makes of one, the one that was typed is the shortest.
  const length = ({ flow }: TracedFlow): number => flow.dns?.name.length ?? 0;
  return flows.toSorted((a, b) => order[a.verdict] - order[b.verdict] || length(a) - length(b));
}

/** Where the state that was read does not say where a flow dies, the witness does. */
function localised(flow: TracedFlow, seen: Witnessed | null): TracedFlow {
  const located = seen?.flow === flow.flow.id ? seen.located : null;
  const predicted = flow.predicted.some(({ stop }) => stop !== null);
  if (located === null || located.text === "" || flow.verdict !== "fails" || predicted) return flow;
  return { ...flow, outcome: `${flow.outcome.replace(/; .*$/, "")}: ${located.text}` };
}

/** Large packets that could not be judged leave the answer standing. */
function verdictOf(flows: readonly TracedFlow[]): TraceVerdict {
  if (flows.some(({ verdict }) => verdict === "fails")) return "fails";
  const main = flows.filter(({ flow }) => flow.purpose !== "path-mtu");
  return main.length === 0 || main.some(({ verdict }) => verdict === "unknown") ? "unknown" : "passes";
}

/** It explains one of the flows, or shows the fact at which one is predicted to stop. */
function isCulprit(finding: ReportedFinding, flows: readonly FlowResult[]): boolean {
  const key = ({ source, where, value }: ReportedFinding["evidence"][number]): string =>
    `${source}\n${where}\n${value}`;
  const shown = new Set(finding.evidence.map(key));
  return flows.some(
    (result) =>
      finding.explains.includes(result.flow.id) ||
      (!contradicted(result) &&
        result.predicted.some(({ stop, evidence }) => stop !== null && evidence.some((item) => shown.has(key(item))))),
  );
}

/** Another error of an end of the trace: worth a look where nothing else is known. */
function isBeside(finding: ReportedFinding, culprits: readonly ReportedFinding[], flows: Report["flows"]): boolean {
  if (finding.severity !== "error" || culprits.includes(finding)) return false;
  const { kind, namespace, name } = finding.subject;
  return flows.some(({ flow }) =>
    [flow.from, flow.to].some(
      (end) =>
        (kind === "Node" && nodeOf(end) === name) ||
        (end.kind === kind && "namespace" in end && end.namespace === namespace && end.name === name),
    ),
  );
}
