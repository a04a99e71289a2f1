import { routesByPodCidr } from "../../model/cni.ts";
import { defineCheck, defineFinding, evidence, nodeRef, reads } from "../../model/define.ts";
import { findingKey } from "../../model/finding.ts";

export const nodeWithoutPodCidr = defineFinding<{ readonly cni: string; readonly all: boolean }>({
  id: "node-without-pod-cidr",
  severity: "error",
  what: ({ cni, all }) =>
    `has no podCIDR, ${all ? `as no Node has, and ${cni} needs one` : `which ${cni} needs and the other Nodes have`}`,
  why: () =>
    "The agent of the network takes the range of its Pods from the Node object: without one it ends with an error, and Pods on this Node get no address.",
  next: (_, { name }) => [
    reads("kubectl", "get", "nodes", "-o", "custom-columns=NAME:.metadata.name,PODCIDRS:.spec.podCIDRs"),
    reads("kubectl", "get", "events", "-A", "--field-selector", "reason=CIDRNotAvailable"),
    reads("kubectl", "describe", "node", name),
    reads(
      "kubectl",
      "-n",
      "kube-system",
      "get",
      "pods",
      "--selector",
      "component=kube-controller-manager",
      "-o",
      "yaml",
    ),
  ],
});

/** Node.spec.podCIDRs is given by the controller manager (--allocate-node-cidrs) or the cloud's; flannel's kube subnet manager fails without. */
export const rangesNodePodCidr = defineCheck({
  id: "ranges/node-pod-cidr",
  question: "Has every Node the podCIDR that its network asks for?",
  needs: ["nodes", "cni"],
  raises: [nodeWithoutPodCidr],
  run({ nodes, cni }) {
    if (!routesByPodCidr(cni)) return { examined: 0, findings: [] };
    const linux = nodes.filter(({ os }) => os === "" || os === "linux");
    const without = linux.filter(({ podCIDRs }) => podCIDRs.length === 0);
    const all = without.length === linux.length;
    // The reference plugins may have their ranges in their own files; flannel asks the Node object.
    if (all && !cni.name.startsWith("flannel")) return { examined: linux.length, findings: [] };
    const findings = without.map(({ name }) => {
      const subject = nodeRef(name);
      return nodeWithoutPodCidr.at(
        subject,
        { cni: cni.name, all },
        {
          confidence: "proven",
          evidence: [evidence("api/nodes", `${name} spec.podCIDRs`, "empty")],
          explains: [
            findingKey("cni-agent-not-running", subject),
            findingKey("flannel-subnet-file-missing", subject),
            findingKey("pods-without-network", subject),
            findingKey("node-network-not-ready", subject),
            findingKey("cni-config-missing", subject),
            findingKey("vxlan-device-missing", subject),
          ],
        },
      );
    });
    return { examined: linux.length, findings };
  },
});
