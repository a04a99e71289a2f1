import type { Fault } from "../fault.ts";
import { setForwarding, vtepOf } from "../vxlan-entries.ts";
import { cannotReachWeb, waitUntilHealthy } from "../workload.ts";

export const fault: Fault = {
  name: "vxlan-fdb-missing",
  story: "node2 has lost the forwarding entry for node3 on flannel.1.",
  lab: {},
  inject: async (lab) => {
    const { mac, node } = await vtepOf(lab, "node3");
    await lab.node("node2", ["bridge", "fdb", "delete", mac, "dev", "flannel.1", "dst", node]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node2", "node3"], ["node3", "node2"]),
  expect: { id: "tunnel-peer-missing", kind: "Node", name: "node2", severity: "error" },
  heal: async (lab) => {
    await setForwarding(lab, "node2", await vtepOf(lab, "node3"));
    await waitUntilHealthy(lab);
  },
};
