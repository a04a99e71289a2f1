import { notPoliced, type Policed, policedFlows } from "../../diagnose/policed.ts";
import type { Snapshot } from "../../model/facts.ts";
import type { FlowResult } from "../../model/flow.ts";
import type { Report } from "../../model/report.ts";

/**
 * What the policies say to the flows. The run's own Pods are ends of most of them, so this goes by what was read, before they are taken
 * out. Without the policies, the CNI or the Pods nothing can be said, and nothing is excused.
 */
export function police(read: Snapshot, results: readonly FlowResult[]): Policed {
  const { networkPolicies, cni, pods, nodes, services, endpointSlices, namespaces, workloads } = read;
  if (!networkPolicies.known || !cni.known || !pods.known) return notPoliced;
  return policedFlows(results, {
    networkPolicies: networkPolicies.value,
    cni: cni.value,
    pods: pods.value,
    nodes: nodes.known ? nodes.value : [],
    services: services.known ? services.value : [],
    endpointSlices: endpointSlices.known ? endpointSlices.value : [],
    namespaces: namespaces.known ? namespaces.value : null,
    workloads: workloads.known ? workloads.value : [],
  });
}

/** A packet that passed where policies deny it: what was made of the policies is wrong, or they are carried out late. */
export function policyDisagreements({ contradicted }: Policed): Report["disagreements"] {
  return [...contradicted].map(([flow, policies]) => ({
    flow,
    predicted: `denied: NetworkPolicy ${policies}`,
    observed: "passes",
  }));
}
