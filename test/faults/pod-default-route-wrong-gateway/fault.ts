import type { Fault } from "../fault.ts";
import { inClient, renewClient } from "../pod-netns.ts";
import { cannotGet } from "../proof.ts";

export const fault: Fault = {
  name: "pod-default-route-wrong-gateway",
  story: "The default route of client-node2 leads to an address that nobody has.",
  lab: {},
  inject: async (lab) => {
    await inClient(lab, "node2", [
      "sh",
      "-c",
      "ip route replace default via $(ip -4 route show default | cut -d ' ' -f 3 | sed 's/[0-9]*$/250/')",
    ]);
  },
  prove: (lab) => cannotGet(lab, "client-node2", "http://web.shop.svc.cluster.local/"),
  expect: { id: "pod-route-wrong", kind: "Pod", namespace: "shop", name: "client-node2", severity: "error" },
  heal: (lab) => renewClient(lab, "node2"),
};
