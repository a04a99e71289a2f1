import { checks as registered } from "../checks/registry.ts";
import { packetLost } from "../diagnose/packet-lost.ts";
import { rootCauses } from "../diagnose/root-causes.ts";
import { unexplained } from "../diagnose/unexplained.ts";
import type { Captures } from "../model/capture.ts";
import type { AnyCheck } from "../model/check.ts";
import type { Snapshot } from "../model/facts.ts";
import type { FlowResult, Stop } from "../model/flow.ts";
import { contradicted, failingFlows } from "../model/flow-outcome.ts";
import { known, type Learned, mapLearned } from "../model/learned.ts";
import type { Incomplete, Report, Verdict } from "../model/report.ts";
import { readSnapshot } from "../read/facts.ts";
import { readFlows } from "../read/probe/flows.ts";
import { goodStates } from "./good-states.ts";
import { incompleteParts } from "./incomplete.ts";
import { mergeRunObjects, runNamespaces } from "./merge-run-objects.ts";
import { police, policyDisagreements } from "./policy/police.ts";
import { predict } from "./predict.ts";
import { runChecks } from "./run-checks.ts";
import { witnessed } from "./witness/witness.ts";
import { severityOf, word } from "./word.ts";

/** What a conclusion may know. Less is given only to see what would be said of a fault that nobody thought of. */
export interface Knowledge {
  readonly checks?: readonly AnyCheck[];
  /** Stops that no walk is to see: flows predicted to end at one have no prediction. */
  readonly unseen?: (stop: Stop) => boolean;
}

/** Captures → report: the whole of netdoctor after collection, pure. The same captures give the same report, live or from a bundle. */
export function conclude(captures: Captures, { checks = registered, unseen }: Knowledge = {}): Report {
  const merged = mergeRunObjects(captures);
  const observed = readFlows(merged);
  const read = readSnapshot(merged, observed);
  const predicted = observed.known ? predict(read, observed.value) : [];
  const results = unseen === undefined ? predicted : predicted.map((result) => unpredicted(result, unseen));
  const policed = police(read, results);
  // What a policy asks to fail says nothing of the way there: the rules that carry it out are no fault.
  const judged = results.filter(({ flow }) => !policed.denied.has(flow.id));
  const snapshot = withoutOwn({ ...read, flows: known(judged) }, runNamespaces(captures));
  const { outcomes, findings } = runChecks(checks, snapshot);

  const failing = failingFlows(results);
  const named = [...findings, ...policed.findings];
  const explained = new Set([...policed.unjudged.keys(), ...named.flatMap(({ explains }) => explains)]);
  const lost = packetLost(witnessed(captures, results), results, failing, explained);
  const placed = new Set([...explained, ...lost.flatMap(({ explains }) => explains)]);
  const causes = rootCauses([...named, ...lost, ...unexplained(results, failing, placed)], severityOf, failing);
  const reported = causes.map(word);
  const incomplete = incompleteParts(captures, snapshot, outcomes, policed.unjudged, failing);
  return {
    apiVersion: "netdoctor/v1",
    kind: "Report",
    verdict: verdictOf(reported, incomplete),
    cluster: {
      version: valueOr(snapshot.version, ""),
      nodes: valueOr(snapshot.nodes, [])
        .map(({ name }) => name)
        .sort(),
      ranges: valueOr(snapshot.ranges, null),
      cni: valueOr(snapshot.cni, null),
      ...times(captures),
    },
    findings: reported,
    good: goodStates(snapshot, reported),
    checks: outcomes,
    flows: results,
    disagreements: [...results.flatMap(disagreement), ...policyDisagreements(policed)],
    incomplete,
  };
}

function unpredicted(result: FlowResult, unseen: (stop: Stop) => boolean): FlowResult {
  return result.predicted.some(({ stop }) => stop !== null && unseen(stop)) ? { ...result, predicted: [] } : result;
}

/** The run's own Pods and Services are probes, not part of the cluster that is examined. */
function withoutOwn(snapshot: Snapshot, own: ReadonlySet<string>): Snapshot {
  const strip = <T extends { readonly namespace: string }>(list: Learned<readonly T[]>) =>
    mapLearned(list, (items) => items.filter(({ namespace }) => !own.has(namespace)));
  return {
    ...snapshot,
    pods: strip(snapshot.pods),
    services: strip(snapshot.services),
    endpointSlices: strip(snapshot.endpointSlices),
  };
}

function valueOr<T, U>(learned: Learned<T>, fallback: U): T | U {
  return learned.known ? learned.value : fallback;
}

function verdictOf(findings: Report["findings"], incomplete: readonly Incomplete[]): Verdict {
  if (findings.some(({ severity }) => severity === "error")) return "problems";
  if (incomplete.length > 0) return "incomplete";
  return findings.some(({ severity }) => severity === "warning") ? "warnings" : "healthy";
}

/** When the first capture was taken, and how long it took from there to the last. */
function times(captures: Captures): Pick<Report["cluster"], "takenAt" | "seconds"> {
  const taken = [...captures.values()].map(({ takenAt }) => Date.parse(takenAt)).filter((time) => !Number.isNaN(time));
  if (taken.length === 0) return { seconds: 0 };
  const first = Math.min(...taken);
  const seconds = Math.round((Math.max(...taken) - first) / 100) / 10;
  return { takenAt: new Date(first).toISOString(), seconds };
}

function disagreement(result: FlowResult): Report["disagreements"] {
  if (!contradicted(result)) return [];
  const stop = result.predicted[0]?.stop;
  return [{ flow: result.flow.id, predicted: `stopped: ${stop?.kind ?? ""}`, observed: "passes" }];
}
