import type { Fault } from "../fault.ts";
import { inClient, podAddress, renewClient } from "../pod-netns.ts";
import { alwaysFails } from "../proof.ts";

export const fault: Fault = {
  name: "pod-routes-missing",
  story: "All routes of client-node2 were flushed: it reaches nobody, not even its Node, and answers nobody.",
  lab: {},
  inject: async (lab) => {
    await inClient(lab, "node2", ["ip", "route", "flush", "table", "main"]);
  },
  prove: async (lab) => {
    const node = await lab.kubectl(["get", "node", "node2", "-o", "jsonpath={.status.addresses[0].address}"]);
    await alwaysFails(lab, "client-node2", ["ping", "-c", "1", "-W", "1", node]);
    await alwaysFails(lab, "client-node1", ["ping", "-c", "1", "-W", "1", await podAddress(lab, "client-node2")]);
  },
  expect: { id: "pod-route-wrong", kind: "Pod", namespace: "shop", name: "client-node2", severity: "error" },
  heal: (lab) => renewClient(lab, "node2"),
};
