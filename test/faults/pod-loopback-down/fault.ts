import type { Fault } from "../fault.ts";
import { inClient, renewClient } from "../pod-netns.ts";
import { alwaysFails } from "../proof.ts";

export const fault: Fault = {
  name: "pod-loopback-down",
  story: "The loopback device of client-node2 is down: its containers cannot talk to each other.",
  lab: {},
  inject: async (lab) => {
    await inClient(lab, "node2", ["ip", "link", "set", "lo", "down"]);
  },
  prove: (lab) => alwaysFails(lab, "client-node2", ["ping", "-c", "1", "-W", "1", "127.0.0.1"]),
  expect: { id: "pod-loopback-down", kind: "Pod", namespace: "shop", name: "client-node2", severity: "error" },
  heal: (lab) => renewClient(lab, "node2"),
};
