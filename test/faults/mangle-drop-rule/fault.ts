import type { Fault } from "../fault.ts";
import { cannotReachWeb, podCidr, waitUntilHealthy } from "../workload.ts";

export const fault: Fault = {
  name: "mangle-drop-rule",
  story: "A rule in the mangle table of node3 drops what is for its Pods.",
  lab: {},
  inject: async (lab) => {
    await lab.node("node3", [
      "iptables",
      "-t",
      "mangle",
      "-I",
      "FORWARD",
      "-d",
      await podCidr(lab, "node3"),
      "-j",
      "DROP",
    ]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node1", "node3"], ["node3", "node1"]),
  expect: { id: "packet-dropped-by-rule", kind: "Node", name: "node3", severity: "error" },
  heal: async (lab) => {
    await lab.node("node3", [
      "iptables",
      "-t",
      "mangle",
      "-D",
      "FORWARD",
      "-d",
      await podCidr(lab, "node3"),
      "-j",
      "DROP",
    ]);
    await waitUntilHealthy(lab);
  },
};
