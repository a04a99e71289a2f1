import type { Fault } from "../fault.ts";
import { setNeighbour, vtepOf } from "../vxlan-entries.ts";
import { cannotReachWeb, waitUntilHealthy } from "../workload.ts";

export const fault: Fault = {
  name: "vxlan-neighbour-wrong",
  story: "node2 holds an old MAC for the tunnel device of node3.",
  lab: {},
  inject: async (lab) => {
    const { node, device } = await vtepOf(lab, "node3");
    await setNeighbour(lab, "node2", { mac: "02:00:00:00:00:99", node, device });
  },
  prove: (lab) => cannotReachWeb(lab, ["node2", "node3"], ["node3", "node2"]),
  expect: { id: "tunnel-peer-missing", kind: "Node", name: "node2", severity: "error" },
  heal: async (lab) => {
    await setNeighbour(lab, "node2", await vtepOf(lab, "node3"));
    await waitUntilHealthy(lab);
  },
};
