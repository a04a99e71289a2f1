import type { Captures } from "../model/capture.ts";
import type { FlowResult } from "../model/flow.ts";
import { failingFlows } from "../model/flow-outcome.ts";
import { readSnapshot } from "../read/facts.ts";
import { readFlows } from "../read/probe/flows.ts";
import { silent } from "../read/probe/probe-result.ts";
import { mergeRunObjects } from "./merge-run-objects.ts";
import { predict } from "./predict.ts";

/**
 * The ids of the flows to send once more, alone and with more time: those that stayed without an answer though nothing that was read of
 * the cluster stops them. On a Node short of processor time the first round, all at once, can be late for no fault of the network.
 */
export function secondRound(captures: Captures): ReadonlySet<string> {
  const merged = mergeRunObjects(captures);
  const observed = readFlows(merged);
  if (!observed.known) return new Set();
  const failing = failingFlows(observed.value);
  const unanswered = observed.value.filter(
    ({ flow, observed }) => failing.has(flow.id) && observed.known && silent(observed.value),
  );
  if (unanswered.length === 0) return new Set();
  const predicted = predict(readSnapshot(merged, observed), unanswered);
  return new Set(predicted.filter((result) => !isExpected(result)).map(({ flow }) => flow.id));
}

const isExpected = ({ predicted }: FlowResult): boolean => predicted.some(({ verdict }) => verdict === "stopped");
