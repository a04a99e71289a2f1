import type { Fault } from "../fault.ts";
import { inClient, renewClient } from "../pod-netns.ts";
import { cannotGet } from "../proof.ts";

export const fault: Fault = {
  name: "pod-default-route-missing",
  story: "client-node2 has no default route any more: other Pods it reaches, Services and the outside not.",
  lab: {},
  inject: async (lab) => {
    await inClient(lab, "node2", ["ip", "route", "delete", "default"]);
  },
  prove: (lab) => cannotGet(lab, "client-node2", "http://web.shop.svc.cluster.local/"),
  expect: { id: "pod-route-wrong", kind: "Pod", namespace: "shop", name: "client-node2", severity: "error" },
  heal: (lab) => renewClient(lab, "node2"),
};
