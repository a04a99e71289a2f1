import { groupBy } from "../model/flow-outcome.ts";
import type { Labels, Pod } from "../model/kubernetes.ts";
import type { LabelSelector, NetworkPolicy } from "../model/network-policy.ts";
import { isMisspelt } from "../net/edit-distance.ts";
import type { Direction } from "./judge.ts";
import { rulesOf } from "./judge.ts";
import { matches } from "./selector.ts";

/** Pods that a policy can isolate: with an address of their own, and not ended. */
export const canBeIsolated = ({ hostNetwork, phase }: Pod): boolean =>
  !hostNetwork && phase !== "Succeeded" && phase !== "Failed";

/** Looks up the Pods that a policy selects, by the labels that its selector names: not every Pod is asked for every policy. */
export function podIndex(pods: readonly Pod[]): (policy: NetworkPolicy) => readonly Pod[] {
  const byNamespace = groupBy(pods, ({ namespace }) => namespace);
  const byLabel = new Map<string, Pod[]>();
  for (const pod of pods) {
    for (const [key, value] of Object.entries(pod.labels)) {
      const at = JSON.stringify([pod.namespace, key, value]);
      const list = byLabel.get(at);
      if (list === undefined) byLabel.set(at, [pod]);
      else list.push(pod);
    }
  }
  return (policy) => {
    const term = policy.podSelector.terms.find(({ operator }) => operator === "In");
    if (term === undefined) return selectedBy(policy, byNamespace.get(policy.namespace) ?? []);
    const values = [...new Set(term.values)];
    const some = values.flatMap((value) => byLabel.get(JSON.stringify([policy.namespace, term.key, value])) ?? []);
    return selectedBy(policy, some);
  };
}

/** Those of the Pods, all of the policy's namespace, that it selects for certain. */
export function selectedBy(policy: NetworkPolicy, podsOfNamespace: readonly Pod[]): readonly Pod[] {
  return podsOfNamespace.filter((pod) => selectsLabels(policy.podSelector, pod.labels));
}

export const selectsLabels = (selector: LabelSelector, labels: Labels): boolean =>
  matches(selector, { labels, complete: true }) === "yes";

/** The directions in which it takes something away: it isolates, and no rule of its own opens everything again. */
export function restricts(policy: NetworkPolicy): readonly Direction[] {
  return policy.policyTypes.filter(
    (direction) => !rulesOf(policy, direction).some(({ peers, ports }) => peers === null && ports === null),
  );
}

/**
 * The Pod that was meant: it differs from the selector in one label. A selector of one label has no others to tell by, so there the value
 * must be nearly right. Selectors with other terms than "label is value" are left alone.
 */
export function nearMiss(selector: LabelSelector, pods: readonly Pod[]): Pod | null {
  if (selector.unread !== null || selector.terms.length === 0) return null;
  const wanted = selector.terms.flatMap(({ key, operator, values: [value, ...others] }) =>
    operator === "In" && value !== undefined && others.length === 0 ? [{ key, value }] : [],
  );
  if (wanted.length < selector.terms.length) return null;
  const found = pods.find(({ labels }) => {
    const wrong = wanted.filter(({ key, value }) => labels[key] !== value);
    const [first] = wrong;
    if (first === undefined || wrong.length > 1) return false;
    return wanted.length > 1 || isMisspelt(first.value, labels[first.key] ?? "");
  });
  return found ?? null;
}
