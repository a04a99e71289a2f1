import type { Fault } from "../fault.ts";
import { podAddress } from "../pod-netns.ts";
import { cannotReachWeb, waitUntilHealthy } from "../workload.ts";

export const fault: Fault = {
  name: "node-neighbour-wrong",
  story: "node2 has a permanent neighbour entry for client-node2 with a MAC that nobody has.",
  lab: {},
  inject: async (lab) => {
    const address = await podAddress(lab, "client-node2");
    await lab.node("node2", [
      "ip",
      "neigh",
      "replace",
      address,
      "lladdr",
      "02:00:00:00:00:99",
      "dev",
      "cni0",
      "nud",
      "permanent",
    ]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node2", "node3"]),
  expect: { id: "neighbour-entry-wrong", kind: "Node", name: "node2", severity: "error" },
  heal: async (lab) => {
    await lab.node("node2", ["ip", "neigh", "delete", await podAddress(lab, "client-node2"), "dev", "cni0"]);
    await waitUntilHealthy(lab);
  },
};
