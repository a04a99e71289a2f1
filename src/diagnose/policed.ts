import type { Facts } from "../model/facts.ts";
import type { FlowEnd, FlowResult } from "../model/flow.ts";

/**
 * Flows whose failure may be what a NetworkPolicy asks for: an end's namespace has one of that direction and the CNI may enforce it.
 * Until policies are evaluated such a failure is nobody's fault that we could name. Flow id → the policy.
 */
export function policedFlows(
  flows: readonly FlowResult[],
  { networkPolicies, cni }: Pick<Facts, "networkPolicies" | "cni">,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (cni.enforcesNetworkPolicy === "no") return found;
  for (const { flow } of flows) {
    const policy = networkPolicies.find(
      ({ namespace, policyTypes }) =>
        (policyTypes.includes("Ingress") && namespaceOf(flow.to) === namespace) ||
        (policyTypes.includes("Egress") && namespaceOf(flow.from) === namespace),
    );
    if (policy !== undefined) found.set(flow.id, `NetworkPolicy ${policy.namespace}/${policy.name}`);
  }
  return found;
}
const namespaceOf = (end: FlowEnd): string | null =>
  end.kind === "Pod" || end.kind === "Service" ? end.namespace : null;
