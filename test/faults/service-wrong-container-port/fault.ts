import type { Fault } from "../fault.ts";
import { deployment, removeDeployment, serviceWith } from "../objects.ts";
import { cannotGet } from "../proof.ts";
import { apply } from "../workload.ts";

export const fault: Fault = {
  name: "service-wrong-container-port",
  story:
    "The Pods of shop/ads name containerPort 9090 http, the Service follows the name, and the process listens on 8080.",
  lab: {},
  inject: async (lab) => {
    await apply(
      lab,
      deployment("ads", { ports: [{ name: "http", containerPort: 9090 }] }),
      serviceWith("ads", "ads", { ports: [{ port: 80, targetPort: "http" }] }),
    );
    await lab.kubectl(["-n", "shop", "rollout", "status", "deployment/ads", "--timeout=60s"]);
  },
  prove: (lab) => cannotGet(lab, "client-node1", "http://ads/"),
  expect: { id: "service-target-port-closed", kind: "Service", namespace: "shop", name: "ads", severity: "error" },
  heal: (lab) => removeDeployment(lab, "ads"),
};
