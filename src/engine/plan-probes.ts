import type { Captures } from "../model/capture.ts";
import type { Flow } from "../model/flow.ts";
import { nodeOf } from "../model/flow-end.ts";
import { unknown } from "../model/learned.ts";
import { readSnapshot } from "../read/facts.ts";
import { mergeRunObjects } from "./merge-run-objects.ts";
import { planFlows } from "./plan-flows.ts";
import { probeOrder } from "./probe-arguments.ts";
import type { Order } from "./send-orders.ts";

export interface EgressChoice {
  /** Named by the user; with none, what the cluster already talks to. */
  readonly targets: readonly { readonly ip: string; readonly port: number }[];
  readonly off: boolean;
}
export interface ProbePlan {
  readonly flows: readonly Flow[];
  /** The flows that can be sent, each with the Node that sends it. */
  readonly orders: readonly Order[];
}

/** Facts so far → the probes worth sending. Pure. */
export function planProbes(captures: Captures, namespace: string, egress: EgressChoice): ProbePlan {
  const snapshot = readSnapshot(mergeRunObjects(captures), unknown("not-collected", "not yet sent"));
  const { nodes, pods, services, endpointSlices, nodeStates, dns } = snapshot;
  if (!nodes.known || !pods.known || !nodeStates.known) return { flows: [], orders: [] };
  const own = pods.value.filter((pod) => pod.namespace === namespace);
  const probePods = new Map(
    own
      .filter((pod) => pod.name.startsWith("probe-") && pod.ips.length > 0 && pod.phase === "Running")
      .map((pod) => [pod.node, pod]),
  );
  const allServices = services.known ? services.value : [];
  const flows = planFlows({
    nodes: nodes.value,
    pods: pods.value.filter((pod) => pod.namespace !== namespace),
    services: allServices.filter((service) => service.namespace !== namespace),
    ownServices: allServices.filter((service) => service.namespace === namespace),
    endpointSlices: endpointSlices.known ? endpointSlices.value : [],
    nodeStates: nodeStates.value,
    probePods,
    clusterDomain: dns.known ? dns.value.domain : "cluster.local",
    egress: egress.targets,
    egressOff: egress.off,
  });
  const orders = flows.flatMap((flow, index) => {
    const order = probeOrder(flow, index, pods.value, nodeStates.value, namespace);
    return order === null ? [] : [{ flow, node: nodeOf(flow.from), words: order.words }];
  });
  return { flows, orders };
}
