import type { Fault } from "../fault.ts";
import { clientVeth } from "../pod-netns.ts";
import { cannotReachWeb, waitUntilHealthy } from "../workload.ts";

export const fault: Fault = {
  name: "host-veth-down",
  story: "The host end of the veth of client-node2 is down.",
  lab: {},
  inject: async (lab) => {
    await lab.node("node2", ["ip", "link", "set", await clientVeth(lab, "node2"), "down"]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node2", "node2"], ["node2", "node3"]),
  expect: { id: "pod-link-down", kind: "Pod", namespace: "shop", name: "client-node2", severity: "error" },
  heal: async (lab) => {
    await lab.node("node2", ["ip", "link", "set", await clientVeth(lab, "node2"), "up"]);
    await waitUntilHealthy(lab);
  },
};
