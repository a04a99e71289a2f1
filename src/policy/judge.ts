import type { LabelSelector, NetworkPolicy, PolicyRule } from "../model/network-policy.ts";
import type { Connection, PodEnd, PolicyEnd } from "./end.ts";
import { type Dialect, ruleMatches } from "./rule-match.ts";
import { matches } from "./selector.ts";
import type { Truth } from "./truth.ts";

export type Direction = "Egress" | "Ingress";
export type PolicyVerdict = "allowed" | "denied" | "unknown";

/** Why: the Pod is not isolated in that direction, a rule allows it, no rule does, or one of the exceptions that no policy can change. */
export type Reason =
  | "not-a-pod"
  | "itself"
  | "own-node"
  | "not-isolated"
  | "rule"
  | "no-rule"
  | "other-protocol"
  | "undetermined";

export interface RuleRef {
  /** "namespace/name" */
  readonly policy: string;
  /** 1-based, in spec.ingress or spec.egress. */
  readonly number: number;
}
export interface DirectionJudgement {
  readonly direction: Direction;
  readonly verdict: PolicyVerdict;
  readonly reason: Reason;
  /** The policies that isolate the Pod in this direction, "namespace/name". */
  readonly isolatedBy: readonly string[];
  /** Which Pods the first of them selects; null where none isolates. */
  readonly isolated: LabelSelector | null;
  /** The rules that allow it; where it is unknown, those that may. */
  readonly rules: readonly RuleRef[];
}
export interface Judgement {
  readonly verdict: PolicyVerdict;
  readonly egress: DirectionJudgement;
  readonly ingress: DirectionJudgement;
}

/** The policies to judge by. */
export interface PolicySet {
  readonly dialect: Dialect;
  of(namespace: string): readonly NetworkPolicy[];
}

export function policySet(policies: readonly NetworkPolicy[], dialect: Dialect): PolicySet {
  const byNamespace = new Map<string, NetworkPolicy[]>();
  for (const policy of policies) {
    const list = byNamespace.get(policy.namespace);
    if (list === undefined) byNamespace.set(policy.namespace, [policy]);
    else list.push(policy);
  }
  return { dialect, of: (namespace) => byNamespace.get(namespace) ?? [] };
}

/**
 * Whether the policies let the first packet of a connection pass: egress at the sender and ingress at the receiver must both allow it.
 * Replies on an allowed connection always pass (networking/v1; concepts/services-networking/network-policies, "The two sorts of pod
 * isolation").
 */
export function judge(connection: Connection, set: PolicySet): Judgement {
  const egress = judgeDirection("Egress", connection, set);
  const ingress = judgeDirection("Ingress", connection, set);
  const verdicts = [egress.verdict, ingress.verdict];
  const verdict = verdicts.includes("denied") ? "denied" : verdicts.includes("unknown") ? "unknown" : "allowed";
  return { verdict, egress, ingress };
}

/** One side of `judge`: Egress asks the policies of the sender, Ingress those of the receiver. */
export function judgeDirection(direction: Direction, connection: Connection, set: PolicySet): DirectionJudgement {
  const self = direction === "Egress" ? connection.from : connection.to;
  const other = direction === "Egress" ? connection.to : connection.from;
  const answer = (verdict: PolicyVerdict, reason: Reason, seen: Partial<DirectionJudgement> = {}) => ({
    direction,
    verdict,
    reason,
    isolatedBy: [],
    isolated: null,
    rules: [],
    ...seen,
  });
  if (self.kind !== "pod") return answer("allowed", "not-a-pod");
  const exception = exceptionFor(self, other);
  if (exception !== null) return answer("allowed", exception);
  const selecting = set
    .of(self.namespace)
    .filter(({ policyTypes }) => policyTypes.includes(direction))
    .map((policy) => ({ policy, selects: matches(policy.podSelector, self.labels) }))
    .filter(({ selects }) => selects !== "no");
  const sureToSelect = selecting.filter(({ selects }) => selects === "yes").map(({ policy }) => policy);
  const isolatedBy = sureToSelect.map(nameOf);
  const isolated = sureToSelect[0]?.podSelector ?? null;
  if (selecting.length === 0) return answer("allowed", "not-isolated");
  if (connection.protocol === null) return answer("unknown", "other-protocol", { isolatedBy });
  const rules = selecting.flatMap(({ policy, selects }) =>
    rulesOf(policy, direction).flatMap((rule, index) => {
      const passes = ruleMatches(rule, policy.namespace, other, connection, set.dialect);
      const truth: Truth = passes === "yes" ? selects : passes;
      return truth === "no" ? [] : [{ truth, ref: { policy: nameOf(policy), number: index + 1 } }];
    }),
  );
  const sure = rules.filter(({ truth }) => truth === "yes").map(({ ref }) => ref);
  if (sure.length > 0) return answer("allowed", "rule", { isolatedBy, rules: sure });
  if (rules.length > 0 || isolatedBy.length === 0)
    return answer("unknown", "undetermined", { isolatedBy, rules: rules.map(({ ref }) => ref) });
  return answer("denied", "no-rule", { isolatedBy, isolated });
}

/** "A Pod cannot block access to itself", and "traffic to and from the node where a Pod is running is always allowed" (the concept page). */
function exceptionFor(self: PodEnd, other: PolicyEnd): Reason | null {
  if (other.kind === "pod" && other.namespace === self.namespace && other.name === self.name) return "itself";
  return other.kind === "node" && other.name === self.node && self.node !== "" ? "own-node" : null;
}

export const rulesOf = (policy: NetworkPolicy, direction: Direction): readonly PolicyRule[] =>
  direction === "Egress" ? policy.egress : policy.ingress;
export const nameOf = ({ namespace, name }: { readonly namespace: string; readonly name: string }): string =>
  `${namespace}/${name}`;

/** The policies of one direction that select the Pod for certain. */
export function isolating(pod: PodEnd, direction: Direction, set: PolicySet): readonly NetworkPolicy[] {
  return set
    .of(pod.namespace)
    .filter(
      ({ policyTypes, podSelector }) => policyTypes.includes(direction) && matches(podSelector, pod.labels) === "yes",
    );
}
