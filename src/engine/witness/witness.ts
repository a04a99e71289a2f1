import { randomBytes } from "node:crypto";
import type { Connection } from "../../collect/api/connection.ts";
import type { NodePodAddress } from "../../collect/node/run-program.ts";
import { collectWitness, type WitnessOptions } from "../../collect/witness/collect-witness.ts";
import { locate } from "../../diagnose/witnessed.ts";
import type { Capture, Captures } from "../../model/capture.ts";
import type { Snapshot } from "../../model/facts.ts";
import type { FlowResult } from "../../model/flow.ts";
import type { Learned } from "../../model/learned.ts";
import { mapLearned } from "../../model/learned.ts";
import type { Witnessed } from "../../model/witness.ts";
import type { WitnessPlan } from "../../model/witness-plan.ts";
import { readPlan } from "../../read/witness/plan-capture.ts";
import { readWitness } from "../../read/witness/read-witness.ts";
import { witnessLines } from "./lines.ts";
import { planWitness } from "./plan.ts";

/** A name for one witness: of the tables and instances that it adds. */
export const newWitnessRun = (): string => randomBytes(4).toString("hex");

/** What would be added and sent, as lines for people; unknown with the reason where the flow cannot be followed. */
export function witnessPlan(result: FlowResult, snapshot: Snapshot, run: string): Learned<readonly string[]> {
  return mapLearned(planWitness(result, snapshot, run), witnessLines);
}

/**
 * Follows one flow with captures and the kernel's rule trace, on every Node of its predicted walk that has a node Pod. Everything added is
 * taken back before it returns, also where the signal is aborted (then it throws the signal's reason). The captures go into the bundle.
 */
export async function witness(
  connection: Connection,
  pods: ReadonlyMap<string, NodePodAddress>,
  result: FlowResult,
  snapshot: Snapshot,
  options: WitnessOptions & { readonly run: string },
): Promise<readonly Capture[]> {
  const plan = planWitness(result, snapshot, options.run);
  if (plan.known) return collectWitness(connection, pods, plan.value, options);
  return [
    {
      id: "witness/plan",
      command: "kubectl netdoctor trace --witness",
      takenAt: options.now().toISOString(),
      result: plan,
    },
  ];
}

/** What the captures say of the flow that was followed, live or from a bundle; null where none was. */
export function witnessed(captures: Captures, flows: readonly FlowResult[]): Witnessed | null {
  const capture = captures.get("witness/plan");
  if (capture === undefined) return null;
  const plan = capture.result.known ? readPlan(capture.result.value) : capture.result;
  const read = readWitness(captures);
  const flow = plan.known ? plan.value.flow : "";
  const walks = flows.find((result) => result.flow.id === flow)?.predicted ?? [];
  return {
    flow,
    added: plan.known ? addedTo(plan.value) : [],
    witness: read,
    located: read.known ? locate(walks, read.value) : null,
  };
}

/** The Nodes on which something was added, and by which name. */
function addedTo({
  targets,
  mark,
}: Pick<WitnessPlan, "mark"> & {
  readonly targets: readonly { readonly place: { readonly node: string } }[];
}): readonly string[] {
  return [...new Set(targets.map(({ place }) => place.node))].map(
    (node) => `${node}: tcpdump, nftables table inet netdoctor_${mark.run}, tracing instance (removed)`,
  );
}
