import type { Fault } from "../fault.ts";
import { alwaysFails, works } from "../proof.ts";
import { waitUntilHealthy } from "../workload.ts";

const rule = ["PREROUTING", "-i", "cni0", "-p", "udp", "--dport", "53", "-j", "DROP"];

export const fault: Fault = {
  name: "dns-udp-dropped",
  story: "A firewall script on node2 drops UDP 53 of its Pods, to keep them from asking servers outside.",
  lab: {},
  inject: async (lab) => {
    await lab.node("node2", ["iptables", "-t", "raw", "-I", ...rule]);
  },
  prove: async (lab) => {
    await alwaysFails(lab, "client-node2", ["dig", "+time=1", "+tries=1", "web.shop.svc.cluster.local"]);
    await works(lab, "client-node2", ["dig", "+tcp", "+time=2", "+tries=2", "web.shop.svc.cluster.local"]);
    await works(lab, "client-node3", ["dig", "+time=1", "+tries=1", "web.shop.svc.cluster.local"]);
  },
  expect: { id: "packet-dropped-by-rule", kind: "Node", name: "node2", severity: "error" },
  heal: async (lab) => {
    await lab.node("node2", ["iptables", "-t", "raw", "-D", ...rule]);
    await waitUntilHealthy(lab);
  },
};
