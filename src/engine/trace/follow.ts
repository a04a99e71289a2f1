import type { Capture, Captures } from "../../model/capture.ts";
import type { TracedFlow } from "../../model/trace.ts";
import { readSnapshot } from "../../read/facts.ts";
import { mergeRunObjects } from "../merge-run-objects.ts";
import { newWitnessRun, witness, witnessPlan } from "../witness/witness.ts";
import type { Sender } from "./send.ts";

/** Whether one packet is followed by captures and the kernel's rule trace, which add something to the Nodes for some seconds. */
export type WitnessChoice = "on-failure" | "always" | "never";

export interface FollowOptions {
  readonly choice: WitnessChoice;
  /** Called with what will be added to the Nodes, before it is. */
  readonly onWitness: (lines: readonly string[]) => void;
}

/** Follows the one of an answer's flows that it is about, where the choice asks for it; its captures, none where nothing is to be followed. */
export async function followFlow(
  { connection, targets, signal, now }: Sender,
  captures: Captures,
  flows: readonly TracedFlow[],
  { choice, onWitness }: FollowOptions,
): Promise<readonly Capture[]> {
  const flow = choice === "never" ? null : flowToFollow(flows, choice);
  if (flow === null) return [];
  const snapshot = readSnapshot(mergeRunObjects(captures));
  const run = newWitnessRun();
  const lines = witnessPlan(flow, snapshot, run);
  if (lines.known) onWitness(lines.value);
  return witness(connection, targets, flow, snapshot, { signal, now, run });
}

function flowToFollow(flows: readonly TracedFlow[], choice: WitnessChoice): TracedFlow | null {
  const sent = flows.filter(({ observed, basis }) => observed.known && basis === "packet");
  const small = sent.filter(({ flow }) => flow.purpose !== "path-mtu");
  const failing = [...small, ...sent].find(({ verdict }) => verdict === "fails");
  return failing ?? (choice === "always" ? (small[0] ?? null) : null);
}
