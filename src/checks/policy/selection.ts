import { defineCheck, defineFinding, evidence, reads, refOf } from "../../model/define.ts";
import { groupBy } from "../../model/flow-outcome.ts";
import type { Pod, Workload } from "../../model/kubernetes.ts";
import type { NetworkPolicy } from "../../model/network-policy.ts";
import { canBeIsolated, nearMiss, podIndex, selectsLabels } from "../../policy/selection.ts";
import { selectorText } from "../../policy/selector.ts";

export const networkPolicySelectsNothing = defineFinding<{ readonly selector: string; readonly near: string }>({
  id: "network-policy-selects-nothing",
  severity: "warning",
  what: ({ selector, near }) => `selects no Pod with \`${selector}\`; Pod ${near} differs in one label`,
  why: () => "The policy changes nothing: the Pods that it was written for stay as open as they were before.",
  next: ({ selector }, { namespace, name }) => [
    reads("kubectl", "-n", namespace, "get", "pods", "--show-labels"),
    reads("kubectl", "-n", namespace, "get", "pods", "--selector", selector),
    reads("kubectl", "-n", namespace, "get", "networkpolicy", name, "-o", "jsonpath={.spec.podSelector}"),
  ],
});
export const networkPolicyUnused = defineFinding<{ readonly selector: string }>({
  id: "network-policy-unused",
  severity: "info",
  what: ({ selector }) =>
    selector === "" ? "selects no Pod: its Namespace has none" : `selects no Pod: none has \`${selector}\``,
  why: () => "The policy waits for Pods that are not there, or was left behind by them.",
  next: (_, { namespace }) => [reads("kubectl", "-n", namespace, "get", "pods,networkpolicies", "--show-labels")],
});

/** Pods that have ended count: a Job's policy is in use between its runs. So do workloads that are scaled to zero. */
export const policySelection = defineCheck({
  id: "policy/selection",
  question: "Does every NetworkPolicy select a Pod?",
  needs: ["networkPolicies", "pods", "workloads"],
  raises: [networkPolicySelectsNothing, networkPolicyUnused],
  run({ networkPolicies, pods, workloads }) {
    const podsOf = groupBy(pods, ({ namespace }) => namespace);
    const selected = podIndex(pods);
    const workloadsOf = groupBy(workloads, ({ namespace }) => namespace);
    const read = networkPolicies.filter(({ podSelector }) => podSelector.unread === null);
    return {
      examined: read.length,
      findings: read
        .filter((policy) => selected(policy).length === 0)
        .flatMap((policy) =>
          answer(policy, podsOf.get(policy.namespace) ?? [], workloadsOf.get(policy.namespace) ?? []),
        ),
    };
  },
});

function answer(policy: NetworkPolicy, pods: readonly Pod[], workloads: readonly Workload[]) {
  if (
    workloads.some(({ selector, labels }) => [selector, labels].some((own) => selectsLabels(policy.podSelector, own)))
  )
    return [];
  const ref = refOf("NetworkPolicy", policy);
  const selector = selectorText(policy.podSelector);
  const seen = [
    evidence("api/networkpolicies", `${policy.namespace}/${policy.name} spec.podSelector`, selector || "{}"),
  ];
  const near = nearMiss(policy.podSelector, pods.filter(canBeIsolated));
  if (near === null) return [networkPolicyUnused.at(ref, { selector }, { evidence: seen, confidence: "proven" })];
  const keys = new Set(policy.podSelector.terms.map(({ key }) => key));
  const labels = Object.entries(near.labels).filter(([key]) => keys.has(key));
  const has = labels.length === 0 ? "none of these labels" : labels.map(([key, value]) => `${key}=${value}`).join(",");
  return [
    networkPolicySelectsNothing.at(
      ref,
      { selector, near: near.name },
      {
        evidence: [...seen, evidence("api/pods", `${near.namespace}/${near.name} metadata.labels`, has)],
        confidence: "inferred",
      },
    ),
  ];
}
