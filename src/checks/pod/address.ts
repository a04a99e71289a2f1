import { routesByPodCidr } from "../../model/cni.ts";
import { defineCheck, defineFinding, evidence, nodeRef, reads } from "../../model/define.ts";
import type { FlowResult } from "../../model/flow.ts";
import { failingFlows, groupBy } from "../../model/flow-outcome.ts";
import { isOutside, podCidrsByNode } from "../../net/pod-cidrs.ts";

export const podAddressOutsideRange = defineFinding<{
  readonly pods: readonly string[];
  readonly address: string;
  readonly podCIDRs: readonly string[];
}>({
  id: "pod-address-outside-range",
  severity: "error",
  what: ({ pods, address, podCIDRs }) =>
    `has ${pods.length} ${pods.length === 1 ? "Pod" : "Pods"} with an address outside its podCIDR ${podCIDRs.join(", ")}, such as ${address}`,
  why: () =>
    "Other Nodes send to this Node only what its podCIDR holds, so replies to those Pods and connections to them go elsewhere.",
  next: (_, { name }) => [
    reads("kubectl", "get", "pods", "-A", "-o", "wide", "--field-selector", `spec.nodeName=${name}`),
  ],
});

export const podAddress = defineCheck({
  id: "pod/address",
  question: "Has every Pod an address of its Node's podCIDR, where the CNI routes by it?",
  needs: ["pods", "nodes", "cni", "flows"],
  raises: [podAddressOutsideRange],
  run({ pods, nodes, cni, flows }) {
    if (!routesByPodCidr(cni)) return { examined: 0, findings: [] };
    const ranges = podCidrsByNode(nodes);
    const live = pods.filter(
      ({ phase, hostNetwork, ips, terminating }) =>
        phase === "Running" && !hostNetwork && ips.length > 0 && !terminating,
    );
    const outside = live.flatMap((pod) => {
      const stray = pod.ips.find((ip) => isOutside(ranges.get(pod.node), ip));
      return stray === undefined ? [] : [{ pod, address: stray }];
    });
    const failing = failingFlows(flows);
    const findings = [...groupBy(outside, ({ pod }) => pod.node)].map(([node, group]) => {
      const addresses = new Set(group.map(({ address }) => address));
      return podAddressOutsideRange.at(
        nodeRef(node),
        {
          pods: group.map(({ pod }) => `${pod.namespace}/${pod.name}`),
          address: group[0]?.address ?? "",
          podCIDRs: (ranges.get(node) ?? []).map(({ text }) => text),
        },
        {
          confidence: "proven",
          evidence: group
            .slice(0, 3)
            .map(({ pod, address }) => evidence("api/pods", `${pod.namespace}/${pod.name} status.podIPs`, address)),
          explains: flows
            .filter((result) => failing.has(result.flow.id) && concerns(result, addresses))
            .map(({ flow }) => flow.id),
        },
      );
    });
    return { examined: live.length, findings };
  },
});

/** From or to one of these addresses, or to a Service that may lead to one, on a way that ends before it. */
function concerns({ flow, predicted }: FlowResult, addresses: ReadonlySet<string>): boolean {
  if (addresses.has(flow.from.ip) || addresses.has(flow.to.ip)) return true;
  return predicted.some(({ stop, destination }) => stop !== null && addresses.has(destination));
}
