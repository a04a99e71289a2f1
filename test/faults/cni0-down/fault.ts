import type { Fault } from "../fault.ts";
import { renewClient } from "../pod-netns.ts";
import { cannotReachWeb } from "../workload.ts";

/** The next Pod that starts there heals it: the bridge plugin makes cni0 anew as it should be. */
export const fault: Fault = {
  name: "cni0-down",
  story: "Somebody took cni0 down on node2.",
  lab: {},
  inject: async (lab) => {
    await lab.node("node2", ["ip", "link", "set", "cni0", "down"]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node2", "node3"], ["node3", "node2"]),
  expect: { id: "node-link-down", kind: "Node", name: "node2", severity: "error" },
  heal: (lab) => renewClient(lab, "node2"),
};
