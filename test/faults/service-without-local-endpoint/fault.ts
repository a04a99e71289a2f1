import type { Fault } from "../fault.ts";
import { deployment, removeDeployment, serviceWith } from "../objects.ts";
import { cannotGet, hears, works } from "../proof.ts";
import { apply } from "../workload.ts";

export const fault: Fault = {
  name: "service-without-local-endpoint",
  story: "Service shop/cache keeps traffic on the Node, and its only Pod is on node1.",
  lab: {},
  inject: async (lab) => {
    await apply(
      lab,
      deployment("cache", {}, { pod: { nodeName: "node1" } }),
      serviceWith("cache", "cache", { internalTrafficPolicy: "Local" }),
    );
    await lab.waitFor("an answer on node1", () => hears(lab, "client-node1", ["http://cache/"]));
  },
  prove: async (lab) => {
    await works(lab, "client-node1", ["curl", "-sS", "-m", "3", "http://cache/"]);
    await Promise.all([
      cannotGet(lab, "client-node2", "http://cache/"),
      cannotGet(lab, "client-node3", "http://cache/"),
    ]);
  },
  expect: {
    id: "service-without-local-endpoint",
    kind: "Service",
    namespace: "shop",
    name: "cache",
    severity: "error",
  },
  heal: (lab) => removeDeployment(lab, "cache"),
};
