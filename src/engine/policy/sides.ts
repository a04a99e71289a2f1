import type { Workload } from "../../model/kubernetes.ts";
import type { NetworkPolicy } from "../../model/network-policy.ts";
import type { PolicyAnswer, PolicySide, PolicySuggestion } from "../../model/policy-report.ts";
import { manifestsYaml, mergeManifests, smallestChange } from "../../policy/change.ts";
import { type Connection, endText } from "../../policy/end.ts";
import { type DirectionJudgement, judge, nameOf, type Reason, rulesOf } from "../../policy/judge.ts";
import { ruleText } from "../../policy/rule-text.ts";
import type { PolicyWorld } from "../../policy/world.ts";

/** One connection judged, in words, with the rules that decide. */
export function answerFor(
  connection: Connection,
  way: PolicyAnswer["way"],
  world: PolicyWorld,
  policies: readonly NetworkPolicy[],
): PolicyAnswer {
  const judgement = judge(connection, world.policies);
  return {
    way,
    from: endText(connection.from),
    to: endText(connection.to),
    what: whatText(connection),
    other: connection.protocol !== null && connection.port === null,
    verdict: judgement.verdict,
    egress: side(judgement.egress, connection, policies),
    ingress: side(judgement.ingress, connection, policies),
  };
}

/** What would turn the verdicts of these connections round, in one YAML stream: allowances for what is denied, else one isolation. */
export function suggestion(
  connections: readonly Connection[],
  world: PolicyWorld,
  workloads: readonly Workload[],
): PolicySuggestion | null {
  const changes = connections.flatMap((connection) => {
    const change = smallestChange(connection, judge(connection, world.policies), workloads);
    return change === null ? [] : [change];
  });
  const allowing = changes.filter(({ to }) => to === "allowed");
  const chosen = allowing.length > 0 ? allowing : changes.slice(0, 1);
  const [first] = chosen;
  if (first === undefined) return null;
  return {
    to: first.to,
    effect: first.effect,
    yaml: manifestsYaml(mergeManifests(chosen.flatMap(({ policies }) => policies))),
  };
}

function whatText({ protocol, port }: Connection): string {
  if (protocol === null) return "ICMP";
  return port === null ? `any other ${protocol} port` : `${protocol} ${port}`;
}

function side(judged: DirectionJudgement, connection: Connection, policies: readonly NetworkPolicy[]): PolicySide {
  const self = judged.direction === "Egress" ? connection.from : connection.to;
  return {
    verdict: judged.verdict,
    because: because(judged.reason, judged, endText(self)),
    isolatedBy: judged.isolatedBy,
    rules: judged.rules.flatMap(({ policy, number }) => {
      const found = policies.find((each) => nameOf(each) === policy);
      const rule = found === undefined ? undefined : rulesOf(found, judged.direction)[number - 1];
      return rule === undefined ? [] : [{ policy, rule: number, text: ruleText(rule, judged.direction) }];
    }),
  };
}

function because(reason: Reason, { direction, isolatedBy }: DirectionJudgement, self: string): string {
  const way = direction.toLowerCase();
  switch (reason) {
    case "not-a-pod":
      return `${self} is no Pod of the Pod network: no policy isolates it`;
    case "itself":
      return "a Pod always reaches itself";
    case "own-node":
      return "a Pod and its own Node always reach each other";
    case "not-isolated":
      return `no policy isolates ${self} for ${way}`;
    case "rule":
      return `${self} is isolated for ${way} by ${isolatedBy.join(", ")}, and a rule allows it`;
    case "no-rule":
      return `${self} is isolated for ${way} by ${isolatedBy.join(", ")}, and no rule allows it`;
    case "other-protocol":
      return `${self} is isolated for ${way} by ${isolatedBy.join(", ")}, and of this protocol NetworkPolicy says nothing`;
    case "undetermined":
      return `whether a rule allows it cannot be told from what was read`;
  }
}
