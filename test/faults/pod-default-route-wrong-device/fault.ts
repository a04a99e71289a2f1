import type { Fault } from "../fault.ts";
import { inClient, renewClient } from "../pod-netns.ts";
import { cannotReachWeb } from "../workload.ts";

export const fault: Fault = {
  name: "pod-default-route-wrong-device",
  story: "The routes of client-node2 were replaced by one default route over its loopback device.",
  lab: {},
  inject: async (lab) => {
    await inClient(lab, "node2", ["sh", "-c", "ip route flush table main && ip route add default dev lo"]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node2", "node1"], ["node2", "node2"]),
  expect: { id: "pod-route-wrong", kind: "Pod", namespace: "shop", name: "client-node2", severity: "error" },
  heal: (lab) => renewClient(lab, "node2"),
};
