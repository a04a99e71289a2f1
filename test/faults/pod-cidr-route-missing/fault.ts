import type { Fault } from "../fault.ts";
import { cannotReachWeb, podCidr, waitUntilHealthy } from "../workload.ts";

/** The bridge lab's routes are nobody's but ours; flannel would put one back. */
export const fault: Fault = {
  name: "pod-cidr-route-missing",
  story: "node2 lost its static route to the Pods of node1.",
  lab: { cni: "bridge", nodes: 2 },
  inject: async (lab) => {
    await lab.node("node2", ["ip", "route", "delete", await podCidr(lab, "node1")]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node2", "node1"], ["node1", "node2"]),
  expect: { id: "pod-cidr-route-missing", kind: "Node", name: "node2", severity: "error" },
  heal: async (lab) => {
    const node1 = await lab.kubectl(["get", "node", "node1", "-o", "jsonpath={.status.addresses[0].address}"]);
    await lab.node("node2", ["ip", "route", "replace", await podCidr(lab, "node1"), "via", node1]);
    await waitUntilHealthy(lab);
  },
};
