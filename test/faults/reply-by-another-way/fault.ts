import type { Fault } from "../fault.ts";
import { cannotReachWeb, waitUntilHealthy, webUrl } from "../workload.ts";

export const fault: Fault = {
  name: "reply-by-another-way",
  story:
    "The web Pod of node3 is answered for by a policy route of its own: its answers leave by the router, which knows no Pods.",
  lab: {},
  inject: async (lab) => {
    const address = new URL(await webUrl(lab, "node3")).hostname;
    await lab.node("node3", ["ip", "route", "add", "default", "via", "192.168.100.1", "dev", "eth0", "table", "79"]);
    await lab.node("node3", ["ip", "rule", "add", "from", address, "lookup", "79", "priority", "100"]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node1", "node3"], ["node2", "node3"]),
  expect: { id: "pod-cidr-route-missing", kind: "Node", name: "node3", severity: "error" },
  heal: async (lab) => {
    await lab.node("node3", ["ip", "rule", "delete", "priority", "100"]);
    await lab.node("node3", ["ip", "route", "flush", "table", "79"]);
    await waitUntilHealthy(lab);
  },
};
