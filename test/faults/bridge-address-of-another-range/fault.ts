import type { Fault } from "../fault.ts";
import { healLate, lateDoesNotStart, makeLate } from "../late.ts";
import { podCidr, waitUntilHealthy } from "../workload.ts";

export const fault: Fault = {
  name: "bridge-address-of-another-range",
  story: "node2 was joined anew and got another podCIDR, and cni0 still has the gateway address of the old one.",
  lab: {},
  inject: async (lab) => {
    const gateway = (await podCidr(lab, "node2")).replace("0/24", "1/24");
    await lab.node("node2", ["ip", "address", "add", "10.244.77.1/24", "dev", "cni0"]);
    await lab.node("node2", ["ip", "address", "delete", gateway, "dev", "cni0"]);
    await makeLate(lab, "node2");
  },
  prove: lateDoesNotStart,
  expect: { id: "bridge-address-of-another-range", kind: "Node", name: "node2", severity: "error" },
  fixTakesMore: "The Pods that run there lose their bridge with it and must be made anew.",
  heal: async (lab) => {
    const subnet = await podCidr(lab, "node2");
    await lab.node("node2", ["ip", "address", "add", subnet.replace("0/24", "1/24"), "dev", "cni0"]);
    await lab.node("node2", ["ip", "address", "delete", "10.244.77.1/24", "dev", "cni0"]);
    await healLate(lab, "node2");
    await waitUntilHealthy(lab);
  },
};
