import type { Fault } from "../fault.ts";
import { setNeighbour, vtepOf } from "../vxlan-entries.ts";
import { cannotReachWeb, waitUntilHealthy } from "../workload.ts";

export const fault: Fault = {
  name: "vtep-mac-changed",
  story: "flannel.1 of node3 was given another MAC by hand; nobody told the other Nodes.",
  lab: {},
  inject: async (lab) => {
    const { mac } = await vtepOf(lab, "node3");
    await lab.node("node3", ["sh", "-c", 'echo "$0" > /run/vtep-mac-before', mac]);
    await lab.node("node3", ["ip", "link", "set", "flannel.1", "address", "02:00:00:00:00:77"]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node1", "node3"], ["node3", "node2"]),
  expect: { id: "tunnel-device-mac-changed", kind: "Node", name: "node3", severity: "error" },
  absent: ["tunnel-peer-missing"],
  heal: async (lab) => {
    await lab.node("node3", ["sh", "-c", "ip link set flannel.1 address $(cat /run/vtep-mac-before)"]);
    // with the address went all that node3 knew of its peers
    for (const peer of ["node1", "node2"]) await setNeighbour(lab, "node3", await vtepOf(lab, peer));
    await waitUntilHealthy(lab);
  },
};
