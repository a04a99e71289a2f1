import type { Captures } from "../../model/capture.ts";
import { groupBy } from "../../model/flow-outcome.ts";
import type { Pod } from "../../model/kubernetes.ts";
import { known, type Learned } from "../../model/learned.ts";
import type { NetworkPolicy } from "../../model/network-policy.ts";
import type { PolicyLine, PolicyNamespace, PolicyOverview } from "../../model/policy-report.ts";
import { type Direction, rulesOf } from "../../policy/judge.ts";
import { patternsOf } from "../../policy/pattern.ts";
import { ruleText } from "../../policy/rule-text.ts";
import { canBeIsolated, podIndex } from "../../policy/selection.ts";
import { selectorText } from "../../policy/selector.ts";
import { readSnapshot } from "../../read/facts.ts";
import { conclude } from "../conclude.ts";
import { policyFacts } from "./ask.ts";

/** Every NetworkPolicy by Namespace, and the findings of the checks about policies. `only` = one Namespace; null = all that have Pods or policies. */
export function policyOverview(captures: Captures, only: string | null): Learned<PolicyOverview> {
  const facts = policyFacts(readSnapshot(captures));
  if (!facts.known) return facts;
  const { networkPolicies, pods, cni } = facts.value;
  const selected = podIndex(pods.filter(canBeIsolated));
  const podsOf = groupBy(pods.filter(canBeIsolated), ({ namespace }) => namespace);
  const policiesOf = groupBy(networkPolicies, ({ namespace }) => namespace);
  const names = [...new Set([...podsOf.keys(), ...policiesOf.keys()])].filter((name) => only === null || name === only);
  const { findings } = conclude(captures);
  return known({
    apiVersion: "netdoctor/v1",
    kind: "PolicyOverview",
    enforcement: { cni: cni.name, enforces: cni.enforcesNetworkPolicy },
    namespaces: names
      .sort()
      .map((name) => ofNamespace(name, podsOf.get(name) ?? [], policiesOf.get(name) ?? [], selected)),
    findings: findings.filter(
      ({ check, subject }) =>
        check?.startsWith("policy/") === true &&
        (only === null || subject.namespace === "" || subject.namespace === only),
    ),
  });
}

function ofNamespace(
  name: string,
  pods: readonly Pod[],
  policies: readonly NetworkPolicy[],
  podsOf: (policy: NetworkPolicy) => readonly Pod[],
): PolicyNamespace {
  const selected = policies.map((policy) => ({ policy, pods: podsOf(policy) }));
  const isolated = (direction: Direction): number =>
    new Set(selected.flatMap((each) => (each.policy.policyTypes.includes(direction) ? each.pods : []))).size;
  return {
    name,
    pods: pods.length,
    isolatedIngress: isolated("Ingress"),
    isolatedEgress: isolated("Egress"),
    policies: selected.map((each) => line(each.policy, each.pods.length)),
  };
}

function line(policy: NetworkPolicy, pods: number): PolicyLine {
  const rules = (direction: Direction, word: string): readonly string[] =>
    policy.policyTypes.includes(direction)
      ? rulesOf(policy, direction).map((rule) => `${word} ${ruleText(rule, direction)}`)
      : [];
  return {
    name: policy.name,
    selector: selectorText(policy.podSelector),
    pods,
    types: policy.policyTypes,
    patterns: patternsOf(policy),
    rules: [...rules("Ingress", "in"), ...rules("Egress", "out")],
  };
}
