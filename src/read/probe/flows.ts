import * as v from "valibot";
import type { Captures } from "../../model/capture.ts";
import type { Flow, FlowResult } from "../../model/flow.ts";
import { known, type Learned, unknown } from "../../model/learned.ts";
import { flowSchema } from "./flow-schema.ts";
import { readProbe } from "./probe-result.ts";

/** The flows of `probe/plan` with what each probe answered; `predicted` is left for the walk. */
export function readFlows(captures: Captures): Learned<readonly FlowResult[]> {
  const plan = captures.get("probe/plan");
  if (plan === undefined) return unknown("not-collected", "no probe was sent");
  if (!plan.result.known) return plan.result;
  const parsed = v.safeParse(v.array(flowSchema), parseJson(plan.result.value));
  if (!parsed.success) return unknown("unparsable", "the list of probes in this bundle is not one");
  return known(
    parsed.output.map((flow: Flow) => ({
      flow,
      predicted: [],
      observed: readProbe(flow, captures.get(`probe/${flow.id}`)?.result ?? unknown("not-collected", "not sent")),
    })),
  );
}

function parseJson(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return null;
  }
}
