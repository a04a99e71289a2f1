import type { Session } from "../collect/session/session.ts";
import { type Unknown, unknown } from "../model/learned.ts";

/** Why a Node has no running node Pod. */
export function whyNoPod({ refused, nodePods }: Session, node: string): Unknown {
  const refusal = refused.get(node);
  if (refusal !== undefined) return unknown("forbidden", `the node Pod was refused: ${refusal}`);
  const failure = nodePods.get(node)?.failure;
  return failure === null || failure === undefined
    ? unknown("timed-out", "the node Pod did not start in time")
    : unknown("failed", `the node Pod did not start: ${failure}`);
}
