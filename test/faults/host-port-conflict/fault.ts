import type { Fault } from "../fault.ts";
import { deployment, removeDeployment, serviceOf } from "../objects.ts";
import { cannotGet } from "../proof.ts";
import { apply } from "../workload.ts";

const onNode2 = { nodeSelector: { "kubernetes.io/hostname": "node2" } };
const ports = [{ containerPort: 8080, hostPort: 18080 }];

export const fault: Fault = {
  name: "host-port-conflict",
  story: "shop/metrics and shop/agent both want port 18080 of node2, and one of them waits for ever.",
  lab: {},
  inject: async (lab) => {
    await apply(lab, deployment("metrics", { ports }, { pod: onNode2 }));
    await lab.kubectl(["-n", "shop", "rollout", "status", "deployment/metrics", "--timeout=60s"]);
    await apply(lab, deployment("agent", { ports }, { pod: onNode2 }), serviceOf("agent"));
    await lab.waitFor("the scheduler's word", async () => {
      const events = [
        "get",
        "events",
        "--field-selector",
        "reason=FailedScheduling",
        "-o",
        "jsonpath={.items[*].message}",
      ];
      return (await lab.kubectl(["-n", "shop", ...events])).includes("free ports");
    });
  },
  prove: (lab) => cannotGet(lab, "client-node1", "http://agent/"),
  expect: { id: "host-port-taken", kind: "Deployment", namespace: "shop", name: "agent", severity: "error" },
  heal: async (lab) => {
    await removeDeployment(lab, "agent");
    await removeDeployment(lab, "metrics");
  },
};
