import { defineCheck, defineFinding, evidence, nodeRef, reads, readsOn, refOf } from "../../model/define.ts";
import type { Facts } from "../../model/facts.ts";
import { findingKey } from "../../model/finding.ts";
import { failingFlows } from "../../model/flow-outcome.ts";
import { failedTo, serviceSelects } from "../../model/selection.ts";

export const nodeNotReady = defineFinding<{ readonly reason: string; readonly kubelet: string; readonly pods: number }>(
  {
    id: "node-not-ready",
    severity: "error",
    what: ({ reason, kubelet, pods }) =>
      `is not ready${kubelet === "" ? "" : `: its kubelet ${kubelet}`}${reason === "" ? "" : ` (${reason})`}, with ${pods} ${pods === 1 ? "Pod" : "Pods"}`,
    why: () =>
      "Services take the Pods of a Node that is not ready out of their endpoints, whether or not they still answer, and after five minutes the Pods are evicted.",
    next: (_, { name }) => [
      reads("kubectl", "describe", "node", name),
      readsOn(name, "systemctl", "status", "kubelet"),
      readsOn(name, "journalctl", "-u", "kubelet", "-n", "50"),
    ],
  },
);

/** A runtime without a network is pod/sandbox's to tell; here the kubelet itself is silent or says another reason. */
export const nodeHeartbeat = defineCheck({
  id: "node/heartbeat",
  question: "Is every Node ready?",
  needs: ["nodes", "pods", "services", "flows"],
  raises: [nodeNotReady],
  run(facts) {
    const findings = facts.nodes
      .filter(
        ({ ready, readyReason }) => !ready && !/NetworkPluginNotReady|cni plugin not initialized/i.test(readyReason),
      )
      .map((node) => {
        const silent = /^NodeStatusUnknown/.test(node.readyReason);
        const own = facts.pods.filter((pod) => pod.node === node.name && !pod.hostNetwork && pod.phase === "Running");
        return nodeNotReady.at(
          nodeRef(node.name),
          {
            reason: silent ? "" : node.readyReason.replace(/[.:;,\s]+$/, "").slice(0, 120),
            kubelet: silent ? "has stopped reporting" : "",
            pods: own.length,
          },
          {
            confidence: "proven",
            evidence: [evidence("api/nodes", `${node.name} status.conditions Ready`, node.readyReason || "not True")],
            explains: symptoms(node.name, own, facts),
          },
        );
      });
    return { examined: facts.nodes.length, findings };
  },
});

/** Services that have lost their only Pods, the kubelet's own port, and what else of this Node alone cannot be reached. */
function symptoms(node: string, own: Facts["pods"], { services, flows }: Pick<Facts, "services" | "flows">) {
  const failing = failingFlows(flows);
  const waiting = services.filter((service) => own.some((pod) => serviceSelects(service, pod)));
  return [
    ...waiting.flatMap((service) => [
      findingKey("service-without-ready-endpoints", refOf("Service", service)),
      ...failedTo(service, flows),
    ]),
    ...flows
      .filter(({ flow }) => failing.has(flow.id) && flow.to.kind === "Node" && flow.to.name === node)
      .map(({ flow }) => flow.id),
    findingKey("pods-without-network", nodeRef(node)),
    findingKey("port-closed", nodeRef(node)),
  ];
}
