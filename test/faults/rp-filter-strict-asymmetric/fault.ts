import type { Fault } from "../fault.ts";
import { cannotReachWeb, podCidr, waitUntilHealthy } from "../workload.ts";

export const fault: Fault = {
  name: "rp-filter-strict-asymmetric",
  story:
    "node3 answers the Pods of node2 past the tunnel, by a route that works, and its tunnel device has strict rp_filter.",
  lab: {},
  inject: async (lab) => {
    const node2 = await lab.kubectl(["get", "node", "node2", "-o", "jsonpath={.status.addresses[0].address}"]);
    await lab.node("node3", ["ip", "route", "replace", await podCidr(lab, "node2"), "via", node2, "dev", "eth0"]);
    await lab.node("node3", ["sysctl", "-w", "net.ipv4.conf.flannel/1.rp_filter=1"]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node2", "node3"], ["node3", "node2"]),
  expect: { id: "reverse-path-filter-dropping", kind: "Node", name: "node3", severity: "error" },
  heal: async (lab) => {
    await lab.node("node3", ["sysctl", "-w", "net.ipv4.conf.flannel/1.rp_filter=0"]);
    const range = await podCidr(lab, "node2");
    const gateway = range.replace(/\/.*$/, "");
    await lab.node("node3", ["ip", "route", "replace", range, "via", gateway, "dev", "flannel.1", "onlink"]);
    await waitUntilHealthy(lab);
  },
};
