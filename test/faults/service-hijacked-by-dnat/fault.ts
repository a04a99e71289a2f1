import type { Fault } from "../fault.ts";
import { clusterIp } from "../kube-proxy.ts";
import type { Lab } from "../lab.ts";
import { cannotGet, works } from "../proof.ts";
import { waitUntilHealthy } from "../workload.ts";

const rule = async (lab: Lab) => {
  const match = ["-d", await clusterIp(lab, "web"), "-p", "tcp", "--dport", "80"];
  return [...match, "-j", "DNAT", "--to-destination", "192.168.100.250:9000"];
};

export const fault: Fault = {
  name: "service-hijacked-by-dnat",
  story: "A DNAT rule of an old proxy on node2 sends the Service web to a machine that is gone.",
  lab: {},
  inject: async (lab) => {
    await lab.node("node2", ["iptables", "-t", "nat", "-I", "PREROUTING", "1", ...(await rule(lab))]);
  },
  prove: async (lab) => {
    await cannotGet(lab, "client-node2", "http://web/");
    await works(lab, "client-node3", ["curl", "-sS", "-m", "5", "http://web/"]);
  },
  expect: { id: "service-redirected-by-rule", kind: "Service", namespace: "shop", name: "web", severity: "error" },
  heal: async (lab) => {
    await lab.node("node2", ["iptables", "-t", "nat", "-D", "PREROUTING", ...(await rule(lab))]);
    await waitUntilHealthy(lab);
  },
};
