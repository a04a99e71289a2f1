import type { Flow } from "../model/flow.ts";
import { clusterDns } from "./plan/cluster-dns.ts";
import { egress } from "./plan/egress.ts";
import { hostPorts } from "./plan/host-ports.ts";
import type { PlanInput } from "./plan/input.ts";
import { betweenProbePods, nodeToPods, podsToNodes, withinNode } from "./plan/pod-network.ts";
import { secondFamily } from "./plan/second-family.ts";
import { nodePorts, services } from "./plan/services.ts";
import { suspected } from "./plan/suspected.ts";

/** The flows of one `check`: every Node covered as source and as target, and O(Nodes + Pods + Services) of them. */
export function planFlows(input: PlanInput): readonly Flow[] {
  const sources = [...input.probePods.values()].sort((a, b) => (a.node < b.node ? -1 : 1));
  const flows = [
    ...betweenProbePods(input, sources),
    ...withinNode(input, sources),
    ...nodeToPods(input),
    ...podsToNodes(input, sources),
    ...secondFamily(input, sources),
    ...services(input, sources),
    ...nodePorts(input, sources),
    ...clusterDns(input, sources),
    ...egress(input, sources),
    ...hostPorts(input),
    ...suspected(input, sources),
  ];
  return [...new Map(flows.map((flow) => [flow.id, flow])).values()];
}
