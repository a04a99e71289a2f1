import type { Fault } from "../fault.ts";
import { cannotReachWeb, waitUntilHealthy } from "../workload.ts";

/** Fatal under the bridge plugin; flannel's own chain would accept the packets before the policy is asked. */
export const fault: Fault = {
  name: "forward-policy-drop",
  story: "A firewall hardening script set the FORWARD policy of node2 to DROP.",
  lab: { cni: "bridge", nodes: 2 },
  inject: async (lab) => {
    await lab.node("node2", ["iptables", "-P", "FORWARD", "DROP"]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node1", "node2"], ["node2", "node1"]),
  expect: { id: "forward-policy-drop", kind: "Node", name: "node2", severity: "error" },
  heal: async (lab) => {
    await lab.node("node2", ["iptables", "-P", "FORWARD", "ACCEPT"]);
    await waitUntilHealthy(lab);
  },
};
