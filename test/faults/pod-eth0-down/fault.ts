import type { Fault } from "../fault.ts";
import { inClient, renewClient } from "../pod-netns.ts";
import { cannotReachWeb } from "../workload.ts";

export const fault: Fault = {
  name: "pod-eth0-down",
  story: "Somebody took eth0 of client-node2 down.",
  lab: {},
  inject: async (lab) => {
    await inClient(lab, "node2", ["ip", "link", "set", "eth0", "down"]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node2", "node2"], ["node2", "node3"]),
  expect: { id: "pod-link-down", kind: "Pod", namespace: "shop", name: "client-node2", severity: "error" },
  heal: (lab) => renewClient(lab, "node2"),
};
