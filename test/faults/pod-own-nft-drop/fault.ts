import type { Fault } from "../fault.ts";
import { inClient, renewClient } from "../pod-netns.ts";
import { cannotReachWeb } from "../workload.ts";

export const fault: Fault = {
  name: "pod-own-nft-drop",
  story: "A container of client-node2 made an nft table of its own that drops what comes in.",
  lab: {},
  inject: async (lab) => {
    await inClient(lab, "node2", ["nft", "add table inet guard"]);
    await inClient(lab, "node2", [
      "nft",
      "add chain inet guard input { type filter hook input priority 0; policy drop; }",
    ]);
    await inClient(lab, "node2", ["nft", "add rule inet guard input iifname lo accept"]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node2", "node2"], ["node2", "node3"]),
  expect: { id: "packet-dropped-by-rule", kind: "Pod", namespace: "shop", name: "client-node2", severity: "error" },
  heal: (lab) => renewClient(lab, "node2"),
};
