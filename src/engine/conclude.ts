import { checks } from "../checks/registry.ts";
import { policedFlows } from "../diagnose/policed.ts";
import { rootCauses } from "../diagnose/root-causes.ts";
import { unexplained } from "../diagnose/unexplained.ts";
import type { Captures } from "../model/capture.ts";
import type { Snapshot } from "../model/facts.ts";
import type { FlowResult } from "../model/flow.ts";
import { contradicted, failingFlows, isOwnService } from "../model/flow-outcome.ts";
import { known, type Learned, mapLearned } from "../model/learned.ts";
import type { Incomplete, Report, Verdict } from "../model/report.ts";
import { walkFlow } from "../path/walk.ts";
import { buildWorld } from "../path/world.ts";
import { readSnapshot } from "../read/facts.ts";
import { readFlows } from "../read/probe/flows.ts";
import { goodStates } from "./good-states.ts";
import { incompleteParts } from "./incomplete.ts";
import { mergeRunObjects, runNamespaces } from "./merge-run-objects.ts";
import { runChecks } from "./run-checks.ts";
import { severityOf, word } from "./word.ts";

/** Captures → report: the whole of netdoctor after collection, pure. The same captures give the same report, live or from a bundle. */
export function conclude(captures: Captures): Report {
  const merged = mergeRunObjects(captures);
  const observed = readFlows(merged);
  const read = readSnapshot(merged, observed);
  const results = observed.known ? predict(read, observed.value) : [];
  const snapshot = withoutOwn({ ...read, flows: known(results) }, runNamespaces(captures));
  const { outcomes, findings } = runChecks(checks, snapshot);

  const policed =
    snapshot.networkPolicies.known && snapshot.cni.known
      ? policedFlows(results, { networkPolicies: snapshot.networkPolicies.value, cni: snapshot.cni.value })
      : new Map<string, string>();
  const failing = failingFlows(results);
  const explained = new Set([...policed.keys(), ...findings.flatMap(({ explains }) => explains)]);
  const causes = rootCauses([...findings, ...unexplained(results, failing, explained)], severityOf, failing);
  const reported = causes.map(word);
  const incomplete = incompleteParts(captures, snapshot, outcomes, policed, failing);
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
      seconds: duration(captures),
    },
    findings: reported,
    good: goodStates(snapshot, reported),
    checks: outcomes,
    flows: results,
    disagreements: results.flatMap(disagreement),
    incomplete,
  };
}

function predict(snapshot: Snapshot, results: readonly FlowResult[]): readonly FlowResult[] {
  const { nodes, pods, services, endpointSlices, nodeStates, unreadNodes } = snapshot;
  if (!nodes.known || !pods.known || !nodeStates.known) return results;
  const world = buildWorld({
    nodes: nodes.value,
    pods: pods.value,
    services: valueOr(services, []),
    endpointSlices: valueOr(endpointSlices, []),
    nodeStates: nodeStates.value,
    unreadNodes: valueOr(unreadNodes, new Map()),
  });
  return results.map((result) =>
    isOwnService(result.flow) ? result : { ...result, predicted: walkFlow(result.flow, world) },
  );
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

function duration(captures: Captures): number {
  const times = [...captures.values()].map(({ takenAt }) => Date.parse(takenAt)).filter((time) => !Number.isNaN(time));
  return times.length === 0 ? 0 : Math.round((Math.max(...times) - Math.min(...times)) / 100) / 10;
}

function disagreement(result: FlowResult): Report["disagreements"] {
  if (!contradicted(result)) return [];
  const stop = result.predicted[0]?.stop;
  return [{ flow: result.flow.id, predicted: `stopped: ${stop?.kind ?? ""}`, observed: "passes" }];
}
