import { defineCheck, defineFinding, evidence, nodeRef, reads } from "../../model/define.ts";
import { groupBy } from "../../model/flow-outcome.ts";
import { includesAddress, parseAddress, parseCidr } from "../../net/cidr.ts";

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

/** CNIs that give Pods addresses of Node.spec.podCIDRs and route by them; others allocate in their own way. */
const byPodCidr = new Set(["flannel", "bridge", "kindnet", "kubenet", "ptp", "k3s"]);

export const podAddress = defineCheck({
  id: "pod/address",
  question: "Has every Pod an address of its Node's podCIDR, where the CNI routes by it?",
  needs: ["pods", "nodes", "cni"],
  raises: [podAddressOutsideRange],
  run({ pods, nodes, cni }) {
    if (!byPodCidr.has(cni.name.split(" ")[0] ?? "")) return { examined: 0, findings: [] };
    const ranges = new Map(
      nodes.map(({ name, podCIDRs }) => [name, podCIDRs.flatMap((text) => parseCidr(text) ?? [])]),
    );
    const live = pods.filter(
      ({ phase, hostNetwork, ips, terminating }) =>
        phase === "Running" && !hostNetwork && ips.length > 0 && !terminating,
    );
    const outside = live.flatMap((pod) => {
      const cidrs = ranges.get(pod.node) ?? [];
      const stray = pod.ips.find((ip) => {
        const address = parseAddress(ip);
        const family = cidrs.filter((cidr) => cidr.family === address?.family);
        return address !== null && family.length > 0 && !family.some((cidr) => includesAddress(cidr, address));
      });
      return stray === undefined ? [] : [{ pod, address: stray }];
    });
    const findings = [...groupBy(outside, ({ pod }) => pod.node)].map(([node, group]) =>
      podAddressOutsideRange.at(
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
        },
      ),
    );
    return { examined: live.length, findings };
  },
});
