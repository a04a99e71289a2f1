import type { Fault } from "../fault.ts";
import { cannotReachWeb, podCidr, waitUntilHealthy } from "../workload.ts";

export const fault: Fault = {
  name: "foreign-nft-drop",
  story: "A host firewall of node3, an nft table of its own, forwards only what it knows.",
  lab: {},
  inject: async (lab) => {
    await lab.node("node3", ["nft", "add table inet corpfw"]);
    await lab.node("node3", ["nft", "add chain inet corpfw forward { type filter hook forward priority -10; }"]);
    await lab.node("node3", [
      "nft",
      `add rule inet corpfw forward ip daddr ${await podCidr(lab, "node3")} counter drop`,
    ]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node1", "node3"], ["node3", "node1"]),
  expect: { id: "packet-dropped-by-rule", kind: "Node", name: "node3", severity: "error" },
  heal: async (lab) => {
    await lab.node("node3", ["nft", "delete table inet corpfw"]);
    await waitUntilHealthy(lab);
  },
};
