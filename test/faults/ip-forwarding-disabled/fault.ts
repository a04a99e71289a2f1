import type { Fault } from "../fault.ts";
import { cannotReachWeb, waitUntilHealthy } from "../workload.ts";

export const fault: Fault = {
  name: "ip-forwarding-disabled",
  story: "A sysctl profile turned IPv4 forwarding off on node2.",
  lab: {},
  inject: async (lab) => {
    await lab.node("node2", ["sysctl", "-qw", "net.ipv4.ip_forward=0"]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node2", "node3"], ["node1", "node2"]),
  expect: { id: "ip-forwarding-disabled", kind: "Node", name: "node2", severity: "error" },
  heal: async (lab) => {
    await lab.node("node2", ["sysctl", "-qw", "net.ipv4.ip_forward=1"]);
    await waitUntilHealthy(lab);
  },
};
