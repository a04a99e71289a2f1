import type { Fault } from "../fault.ts";
import { cannotReachWeb, waitUntilHealthy } from "../workload.ts";

const rule = ["PREROUTING", "-p", "udp", "--dport", "8472", "-j", "DROP"];

export const fault: Fault = {
  name: "vxlan-port-blocked",
  story: "A host firewall on node3 drops UDP 8472, the port flannel's VXLAN arrives on.",
  lab: {},
  inject: async (lab) => {
    await lab.node("node3", ["iptables", "-t", "raw", "-I", ...rule]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node1", "node3"], ["node3", "node2"]),
  expect: { id: "vxlan-port-blocked", kind: "Node", name: "node3", severity: "error" },
  heal: async (lab) => {
    await lab.node("node3", ["iptables", "-t", "raw", "-D", ...rule]);
    await waitUntilHealthy(lab);
  },
};
