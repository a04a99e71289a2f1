import { clusterRef, defineCheck, defineFinding, evidence, reads } from "../../model/define.ts";
import type { FlowResult } from "../../model/flow.ts";
import { nodeOf } from "../../model/flow-end.ts";
import { succeeded } from "../../model/flow-outcome.ts";
import type { Pod } from "../../model/kubernetes.ts";
import type { NetworkPolicy } from "../../model/network-policy.ts";
import { canBeIsolated, podIndex, restricts } from "../../policy/selection.ts";

export const networkPolicyNotEnforced = defineFinding<{
  readonly policies: readonly string[];
  readonly pods: number;
  readonly cni: string;
  /** A flow that a policy denies and that passed; "" where none was tried. */
  readonly passed: string;
}>({
  id: "network-policy-not-enforced",
  severity: "warning",
  what: ({ policies, pods, cni, passed }) =>
    `${policies.length} ${policies.length === 1 ? "NetworkPolicy restricts" : "NetworkPolicies restrict"} ${pods} ${pods === 1 ? "Pod" : "Pods"} and nothing enforces ${policies.length === 1 ? "it" : "them"}: ${passed === "" ? `the CNI is ${cni}, which does not` : "what they deny passes"}`,
  why: ({ cni }) =>
    `The API server takes a NetworkPolicy whether or not anything acts on it. ${cni === "unknown" ? "Nothing that does was found here" : `${cni[0]?.toUpperCase()}${cni.slice(1)} alone does not`}, so every Pod still reaches these Pods, and they reach everything.`,
  next: () => [
    reads("kubectl", "get", "networkpolicies", "-A"),
    reads("kubectl", "-n", "kube-system", "get", "daemonsets"),
    reads("kubectl", "netdoctor", "policy"),
  ],
});

/** A policy that opens everything, or selects nobody, promises nothing that could be missed. */
export const policyEnforcement = defineCheck({
  id: "policy/enforcement",
  question: "Is there something that enforces the NetworkPolicies?",
  needs: ["networkPolicies", "cni", "pods", "flows"],
  raises: [networkPolicyNotEnforced],
  run({ networkPolicies, cni, pods, flows }) {
    const selected = podIndex(pods.filter(canBeIsolated));
    const restricting = networkPolicies
      .filter((policy) => restricts(policy).length > 0)
      .map((policy) => ({ policy, pods: selected(policy) }))
      .filter((each) => each.pods.length > 0);
    if (restricting.length === 0 || cni.enforcesNetworkPolicy === "yes")
      return { examined: restricting.length, findings: [] };
    const tried = deniedFlows(flows, restricting);
    const passed = tried.filter(({ flow, observed }) => observed.known && succeeded(flow, observed.value));
    const [example] = passed;
    if (cni.enforcesNetworkPolicy === "unknown" && (example === undefined || passed.length < tried.length))
      return { examined: restricting.length, findings: [] };
    const names = restricting.map(({ policy }) => `${policy.namespace}/${policy.name}`);
    const restricted = new Set(restricting.flatMap((each) => each.pods));
    const params = { policies: names, pods: restricted.size, cni: cni.name, passed: example?.flow.id ?? "" };
    return {
      examined: restricting.length,
      findings: [
        networkPolicyNotEnforced.at(clusterRef, params, {
          confidence: example === undefined ? "inferred" : "proven",
          evidence: [
            ...names.slice(0, 3).map((name) => evidence("api/networkpolicies", name, "restricts Pods that run")),
            evidence("api/daemonsets", "programs that enforce policies", "none"),
            ...passed.slice(0, 2).map(({ flow }) => evidence(`probe/${flow.id}`, "denied by a policy", "passed")),
          ],
        }),
      ],
    };
  },
});

/** Flows that nobody can read otherwise: into a Pod that a policy without any ingress rule isolates alone, and not from its own Node. */
function deniedFlows(
  flows: readonly FlowResult[],
  restricting: readonly { readonly policy: NetworkPolicy; readonly pods: readonly Pod[] }[],
): readonly FlowResult[] {
  const key = ({ namespace, name }: { readonly namespace: string; readonly name: string }): string =>
    `${namespace}/${name}`;
  if (flows.length === 0) return [];
  const ofIngress = restricting.filter(({ policy }) => policy.policyTypes.includes("Ingress"));
  const allowed = new Set(
    ofIngress.filter(({ policy }) => policy.ingress.length > 0).flatMap(({ pods }) => pods.map(key)),
  );
  const closed = new Set(ofIngress.flatMap(({ pods }) => pods.map(key)).filter((pod) => !allowed.has(pod)));
  return flows.filter(({ flow: { from, to, protocol }, observed }) => {
    if (!observed.known || protocol === "icmp" || to.kind !== "Pod" || !closed.has(key(to))) return false;
    if (from.kind === "Node" || (from.kind === "Pod" && from.hostNetwork)) return nodeOf(from) !== to.node;
    return from.kind === "Pod" && key(from) !== key(to);
  });
}
