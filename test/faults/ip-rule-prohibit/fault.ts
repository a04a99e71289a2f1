import type { Fault } from "../fault.ts";
import { cannotReachWeb, podCidr, waitUntilHealthy } from "../workload.ts";

export const fault: Fault = {
  name: "ip-rule-prohibit",
  story: "A policy rule on node2 prohibits what is for the Pods of node3.",
  lab: {},
  inject: async (lab) => {
    await lab.node("node2", ["ip", "rule", "add", "to", await podCidr(lab, "node3"), "priority", "100", "prohibit"]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node2", "node3"], ["node3", "node2"]),
  expect: { id: "route-refusing-pod-traffic", kind: "Node", name: "node2", severity: "error" },
  heal: async (lab) => {
    await lab.node("node2", ["ip", "rule", "delete", "priority", "100"]);
    await waitUntilHealthy(lab);
  },
};
