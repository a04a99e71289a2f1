import type { Fault } from "../fault.ts";
import type { Lab } from "../lab.ts";
import { cannotReachWeb, podCidr, waitUntilHealthy } from "../workload.ts";

const rule = async (lab: Lab) => ["-s", "10.244.0.0/16", "-d", await podCidr(lab, "node3"), "-j", "DROP"];

export const fault: Fault = {
  name: "forward-drop-rule",
  story: "Someone put a DROP rule for traffic between Pods at the head of FORWARD on node3.",
  lab: {},
  inject: async (lab) => {
    await lab.node("node3", ["iptables", "-I", "FORWARD", "1", ...(await rule(lab))]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node1", "node3"], ["node3", "node1"]),
  expect: { id: "packet-dropped-by-rule", kind: "Node", name: "node3", severity: "error" },
  heal: async (lab) => {
    await lab.node("node3", ["iptables", "-D", "FORWARD", ...(await rule(lab))]);
    await waitUntilHealthy(lab);
  },
};
