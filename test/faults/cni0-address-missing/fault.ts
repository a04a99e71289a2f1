import type { Fault } from "../fault.ts";
import { renewClient } from "../pod-netns.ts";
import { cannotReachWeb } from "../workload.ts";

/** The next Pod that starts there heals it: the bridge plugin makes cni0 anew as it should be. */
export const fault: Fault = {
  name: "cni0-address-missing",
  story: "cni0 of node2 has lost its address, the gateway of all Pods there.",
  lab: {},
  inject: async (lab) => {
    await lab.node("node2", ["ip", "-4", "addr", "flush", "dev", "cni0"]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node2", "node3"], ["node3", "node2"]),
  expect: { id: "gateway-address-missing", kind: "Node", name: "node2", severity: "error" },
  heal: (lab) => renewClient(lab, "node2"),
};
