import type { Fault } from "../fault.ts";
import { deployment, removeDeployment, serviceOf } from "../objects.ts";
import { cannotGet } from "../proof.ts";
import { apply, webPod } from "../workload.ts";

export const fault: Fault = {
  name: "containers-sharing-port",
  story: "A sidecar was added to shop/mail that listens on the same port as the program beside it, and crashes.",
  lab: {},
  inject: async (lab) => {
    const containers = ["web", "sidecar"].map((name) => ({ ...webPod.containers[0], name }));
    await apply(lab, deployment("mail", {}, { pod: { containers } }), serviceOf("mail"));
    await lab.waitFor(
      "a crashing container",
      async () => {
        const waiting = "jsonpath={.items[*].status.containerStatuses[*].state.waiting.reason}";
        return (
          (await lab.kubectl(["-n", "shop", "get", "pods", "-l", "app=mail", "-o", waiting])) === "CrashLoopBackOff"
        );
      },
      120,
    );
  },
  prove: (lab) => cannotGet(lab, "client-node1", "http://mail/"),
  expect: { id: "containers-sharing-port", kind: "Deployment", namespace: "shop", name: "mail", severity: "error" },
  heal: (lab) => removeDeployment(lab, "mail"),
};
