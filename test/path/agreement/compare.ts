import type { FlowResult } from "../../../src/model/flow.ts";
import { succeeded } from "../../../src/model/flow-outcome.ts";

/** How the model's answer and the packet's compare; "not judged" where one of them has none, or where chance decides. */
export type Comparison =
  | { readonly kind: "agree"; readonly passes: boolean }
  | { readonly kind: "disagree"; readonly said: string; readonly happened: string }
  | { readonly kind: "not judged"; readonly why: string };

/** The predicted ways of a flow against what became of a real packet. */
export function compare({ flow, predicted, observed }: FlowResult): Comparison {
  if (!observed.known) return { kind: "not judged", why: `no packet: ${observed.detail}` };
  const unknown = predicted.find(({ verdict }) => verdict === "unknown");
  if (unknown !== undefined) return { kind: "not judged", why: `not predicted: ${unknown.unknown ?? ""}` };
  if (predicted.length === 0) return { kind: "not judged", why: "not predicted: no way" };
  const stopped = predicted.filter(({ verdict }) => verdict === "stopped");
  if (stopped.length > 0 && stopped.length < predicted.length) {
    return { kind: "not judged", why: "some endpoints of the Service can be reached, others cannot" };
  }
  const passes = stopped.length === 0;
  const happened = succeeded(flow, observed.value);
  if (passes === happened) return { kind: "agree", passes };
  const { outcome, detail } = observed.value;
  return {
    kind: "disagree",
    said: passes ? "passes" : `stops: ${JSON.stringify(stopped[0]?.stop)}`,
    happened: happened ? "passed" : `${outcome} ${detail}`.trim(),
  };
}
