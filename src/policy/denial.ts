import type { FlowResult } from "../model/flow.ts";
import type { Workload } from "../model/kubernetes.ts";
import { manifestsYaml, smallestChange } from "./change.ts";
import { type Connection, endText } from "./end.ts";
import { type DirectionJudgement, type Judgement, judge } from "./judge.ts";
import type { PolicyWorld } from "./world.ts";

/** What policies say to one flow, all that it may become taken together. */
export interface FlowJudgement {
  /** "some": of a Service's endpoints some may be reached, or it cannot be said of some. */
  readonly verdict: "allowed" | "denied" | "some";
  /** The connections with what is said of each; none where nothing takes the flow. */
  readonly parts: readonly { readonly connection: Connection; readonly judgement: Judgement }[];
}

export function judgeFlow({ flow }: Pick<FlowResult, "flow">, world: PolicyWorld): FlowJudgement {
  const parts = world
    .connections(flow)
    .map((connection) => ({ connection, judgement: judge(connection, world.policies) }));
  const verdicts = new Set(parts.map(({ judgement }) => judgement.verdict));
  const [only] = verdicts;
  if (only === undefined || (verdicts.size === 1 && only === "allowed")) return { verdict: "allowed", parts };
  return { verdict: verdicts.size === 1 && only === "denied" ? "denied" : "some", parts };
}

/** The side that denies: what comes in is the receiver's to allow, so Ingress is named where both sides deny. */
export function denyingSide({ ingress, egress }: Judgement): DirectionJudgement {
  return ingress.verdict === "denied" || egress.verdict !== "denied" ? ingress : egress;
}

/** "Pod shop/a to Pod shop/b, TCP 8080" */
export function connectionText({ from, to, protocol, port }: Connection): string {
  const what = protocol === null ? "" : `, ${protocol}${port === null ? "" : ` ${port}`}`;
  return `${endText(from)} to ${endText(to)}${what}`;
}

/** The policies that would let it pass, as YAML; "" where adding none does. */
export function allowanceYaml(connection: Connection, judgement: Judgement, workloads: readonly Workload[]): string {
  const change = smallestChange(connection, judgement, workloads);
  return change === null || change.to !== "allowed" ? "" : manifestsYaml(change.policies);
}
