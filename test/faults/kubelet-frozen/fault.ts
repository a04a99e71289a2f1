import type { Fault } from "../fault.ts";
import { deployment, removeDeployment, serviceOf } from "../objects.ts";
import { cannotGet, hears } from "../proof.ts";
import { apply, waitUntilHealthy } from "../workload.ts";

export const fault: Fault = {
  name: "kubelet-frozen",
  story: "The kubelet of node2 hangs: the Node is NotReady, and a Service whose only Pod is there has no endpoint.",
  lab: {},
  inject: async (lab) => {
    await apply(lab, deployment("vault", {}, { pod: { nodeName: "node2" } }), serviceOf("vault"));
    await lab.waitFor("an answer from vault", () => hears(lab, "client-node1", ["http://vault/"]));
    await lab.node("node2", ["pkill", "-STOP", "-x", "kubelet"]);
    await lab.kubectl(["wait", "--for=condition=Ready=Unknown", "node/node2", "--timeout=120s"]);
    await lab.waitFor(
      "vault to be taken out of its Service",
      async () => !(await hears(lab, "client-node1", ["http://vault/"])),
    );
  },
  prove: (lab) => cannotGet(lab, "client-node1", "http://vault/"),
  expect: { id: "node-not-ready", kind: "Node", name: "node2", severity: "error" },
  heal: async (lab) => {
    await lab.node("node2", ["pkill", "-CONT", "-x", "kubelet"]);
    await lab.kubectl(["wait", "--for=condition=Ready", "node/node2", "--timeout=90s"]);
    await removeDeployment(lab, "vault");
    await waitUntilHealthy(lab);
  },
};
