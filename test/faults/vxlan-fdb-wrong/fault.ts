import type { Fault } from "../fault.ts";
import { setForwarding, vtepOf } from "../vxlan-entries.ts";
import { cannotReachWeb, waitUntilHealthy } from "../workload.ts";

export const fault: Fault = {
  name: "vxlan-fdb-wrong",
  story: "node2 sends the packets for node3 to the address of node1.",
  lab: {},
  inject: async (lab) => {
    const [{ mac }, { node }] = [await vtepOf(lab, "node3"), await vtepOf(lab, "node1")];
    await setForwarding(lab, "node2", { mac, node, device: "" });
  },
  prove: (lab) => cannotReachWeb(lab, ["node2", "node3"], ["node3", "node2"]),
  expect: { id: "tunnel-peer-missing", kind: "Node", name: "node2", severity: "error" },
  heal: async (lab) => {
    await setForwarding(lab, "node2", await vtepOf(lab, "node3"));
    await waitUntilHealthy(lab);
  },
};
