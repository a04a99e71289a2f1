import type { Fault } from "../fault.ts";
import { setNeighbour, vtepOf } from "../vxlan-entries.ts";
import { cannotReachWeb, waitUntilHealthy } from "../workload.ts";

export const fault: Fault = {
  name: "vxlan-neighbour-missing",
  story: "node2 has lost the neighbour entry for the tunnel device of node3.",
  lab: {},
  inject: async (lab) => {
    const { device } = await vtepOf(lab, "node3");
    await lab.node("node2", ["ip", "neigh", "delete", device, "dev", "flannel.1"]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node2", "node3"], ["node3", "node2"]),
  expect: { id: "tunnel-peer-missing", kind: "Node", name: "node2", severity: "error" },
  heal: async (lab) => {
    await setNeighbour(lab, "node2", await vtepOf(lab, "node3"));
    await waitUntilHealthy(lab);
  },
};
