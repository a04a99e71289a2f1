import type { Fault } from "../fault.ts";
import { cannotReachWeb, podCidr, waitUntilHealthy } from "../workload.ts";

export const fault: Fault = {
  name: "ip-rule-dead-gateway",
  story: "A policy rule on node2 sends what is for the Pods of node3 to a table whose gateway is gone.",
  lab: {},
  inject: async (lab) => {
    await lab.node("node2", ["ip", "route", "add", "default", "via", "192.168.100.250", "dev", "eth0", "table", "77"]);
    await lab.node("node2", [
      "ip",
      "rule",
      "add",
      "to",
      await podCidr(lab, "node3"),
      "lookup",
      "77",
      "priority",
      "100",
    ]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node2", "node3"], ["node3", "node2"]),
  expect: { id: "pod-cidr-route-missing", kind: "Node", name: "node2", severity: "error" },
  heal: async (lab) => {
    await lab.node("node2", ["ip", "rule", "delete", "priority", "100"]);
    await lab.node("node2", ["ip", "route", "flush", "table", "77"]);
    await waitUntilHealthy(lab);
  },
};
