import type { Fault } from "../fault.ts";
import { cannotReachWeb, waitUntilHealthy } from "../workload.ts";

export const fault: Fault = {
  name: "flannel-device-deleted",
  story: "flannel.1 was deleted on node2, and flanneld there hangs, so that nobody makes it again.",
  lab: {},
  inject: async (lab) => {
    // a flanneld that runs has the device back within seconds
    await lab.node("node2", ["pkill", "-STOP", "-x", "flanneld"]);
    await lab.node("node2", ["ip", "link", "delete", "flannel.1"]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node2", "node3"], ["node1", "node2"]),
  expect: { id: "vxlan-device-missing", kind: "Node", name: "node2", severity: "error" },
  heal: async (lab) => {
    await lab.node("node2", ["pkill", "-CONT", "-x", "flanneld"]);
    await waitUntilHealthy(lab);
  },
};
