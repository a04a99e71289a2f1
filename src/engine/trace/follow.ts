import type { Capture, Captures } from "../../model/capture.ts";
import { succeeded } from "../../model/flow-outcome.ts";
import type { TracedFlow, TraceQuestion } from "../../model/trace.ts";
import { readSnapshot } from "../../read/facts.ts";
import { readFlows } from "../../read/probe/flows.ts";
import { mergeRunObjects } from "../merge-run-objects.ts";
import { newWitnessRun, witness, witnessPlan } from "../witness/witness.ts";
import { concludeTrace } from "./conclude.ts";
import type { Sender } from "./send.ts";

/** Whether one packet is followed by captures and the kernel's rule trace, which add something to the Nodes for some seconds. */
export type WitnessChoice = "on-failure" | "always" | "never";

export interface FollowOptions {
  readonly question: TraceQuestion;
  readonly choice: WitnessChoice;
  /** Called with what will be added to the Nodes, before it is. */
  readonly onWitness: (lines: readonly string[]) => void;
}

/** Follows the flow that the answer is about, where the choice asks for it; its captures, none where nothing is to be followed. */
export async function followFlow(
  { connection, targets, signal, now }: Sender,
  captures: Captures,
  { question, choice, onWitness }: FollowOptions,
): Promise<readonly Capture[]> {
  if (choice === "never" || (choice === "on-failure" && !anyFailed(captures))) return [];
  const report = concludeTrace(captures, question);
  const flow = report.known ? flowToFollow(report.value.flows, choice) : null;
  if (flow === null) return [];
  const snapshot = readSnapshot(mergeRunObjects(captures));
  const run = newWitnessRun();
  const lines = witnessPlan(flow, snapshot, run);
  if (lines.known) onWitness(lines.value);
  return witness(connection, targets, flow, snapshot, { signal, now, run });
}

function anyFailed(captures: Captures): boolean {
  const flows = readFlows(captures);
  return flows.known && flows.value.some(({ flow, observed }) => observed.known && !succeeded(flow, observed.value));
}

function flowToFollow(flows: readonly TracedFlow[], choice: WitnessChoice): TracedFlow | null {
  const sent = flows.filter(({ observed, basis }) => observed.known && basis === "packet");
  const small = sent.filter(({ flow }) => flow.purpose !== "path-mtu");
  const failing = [...small, ...sent].find(({ verdict }) => verdict === "fails");
  return failing ?? (choice === "always" ? (small[0] ?? null) : null);
}
