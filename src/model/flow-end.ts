import type { FlowEnd } from "./flow.ts";
import { isRunNamespace } from "./run-namespace.ts";

/** The Node that an end is on; "" for one that is on none. */
export function nodeOf(end: FlowEnd): string {
  return end.kind === "Pod" ? end.node : end.kind === "Node" ? end.name : "";
}

/** A Pod or Service of the run itself: gone when the report is read, and with a random name that tells nobody anything. */
export function isOwnEnd(end: FlowEnd): boolean {
  return "namespace" in end && isRunNamespace(end.namespace);
}
