import type { Fault } from "../fault.ts";
import { cannotReachWeb, podCidr, waitUntilHealthy } from "../workload.ts";

/** The bridge lab's routes are nobody's but ours; flannel would put one back. */
export const fault: Fault = {
  name: "pod-cidr-route-missing",
  story: "node2 lost its static route to the Pods of node3.",
  lab: { cni: "bridge" },
  inject: async (lab) => {
    await lab.node("node2", ["ip", "route", "delete", await podCidr(lab, "node3")]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node2", "node3"], ["node3", "node2"]),
  expect: { id: "pod-cidr-route-missing", kind: "Node", name: "node2", severity: "error" },
  heal: async (lab) => {
    const node3 = await lab.kubectl(["get", "node", "node3", "-o", "jsonpath={.status.addresses[0].address}"]);
    await lab.node("node2", ["ip", "route", "replace", await podCidr(lab, "node3"), "via", node3]);
    await waitUntilHealthy(lab);
  },
};
