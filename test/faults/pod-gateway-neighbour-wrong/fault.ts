import type { Fault } from "../fault.ts";
import { inClient, renewClient } from "../pod-netns.ts";
import { cannotReachWeb } from "../workload.ts";

export const fault: Fault = {
  name: "pod-gateway-neighbour-wrong",
  story: "client-node2 has a permanent neighbour entry for its gateway with the MAC of a gateway long gone.",
  lab: {},
  inject: async (lab) => {
    await inClient(lab, "node2", [
      "sh",
      "-c",
      "ip neigh replace $(ip -4 route show default | cut -d ' ' -f 3) lladdr 02:00:00:00:00:99 dev eth0 nud permanent",
    ]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node2", "node1"], ["node2", "node3"]),
  expect: { id: "neighbour-entry-wrong", kind: "Pod", namespace: "shop", name: "client-node2", severity: "error" },
  heal: (lab) => renewClient(lab, "node2"),
};
