import type { Fault } from "../fault.ts";
import { inClient, renewClient } from "../pod-netns.ts";
import { cannotReachWeb } from "../workload.ts";

export const fault: Fault = {
  name: "pod-own-iptables-drop",
  story: "A container of client-node2 put a DROP for everything into its own INPUT chain.",
  lab: {},
  inject: async (lab) => {
    await inClient(lab, "node2", ["iptables", "-I", "INPUT", "-j", "DROP"]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node2", "node2"], ["node2", "node3"]),
  expect: { id: "packet-dropped-by-rule", kind: "Pod", namespace: "shop", name: "client-node2", severity: "error" },
  heal: (lab) => renewClient(lab, "node2"),
};
