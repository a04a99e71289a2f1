import type { Fault } from "../fault.ts";
import { deployment, removeDeployment, serviceOf } from "../objects.ts";
import { cannotGet } from "../proof.ts";
import { apply } from "../workload.ts";

export const fault: Fault = {
  name: "pod-never-ready",
  story: "The readiness probe of shop/stock asks a port the program does not have, so no Pod is ever ready.",
  lab: {},
  inject: async (lab) => {
    const readinessProbe = { tcpSocket: { port: 9 }, periodSeconds: 1 };
    await apply(lab, deployment("stock", { readinessProbe }), serviceOf("stock"));
    await lab.waitFor("a running Pod", async () => {
      const running = ["get", "pods", "-l", "app=stock", "-o", "jsonpath={.items[*].status.phase}"];
      return (await lab.kubectl(["-n", "shop", ...running])) === "Running";
    });
  },
  prove: (lab) => cannotGet(lab, "client-node1", "http://stock/"),
  expect: {
    id: "service-without-ready-endpoints",
    kind: "Service",
    namespace: "shop",
    name: "stock",
    severity: "error",
  },
  heal: (lab) => removeDeployment(lab, "stock"),
};
