import type { Fault } from "../fault.ts";
import { healLate, lateDoesNotStart, makeLate } from "../late.ts";
import { waitUntilHealthy } from "../workload.ts";

export const fault: Fault = {
  name: "cni-plugin-missing",
  story: "The portmap plugin that the CNI configuration of node2 chains is not in /opt/cni/bin any more.",
  lab: {},
  inject: async (lab) => {
    await lab.node("node2", ["mv", "/opt/cni/bin/portmap", "/root/portmap"]);
    await makeLate(lab, "node2");
  },
  prove: lateDoesNotStart,
  expect: { id: "cni-plugin-missing", kind: "Node", name: "node2", severity: "error" },
  heal: async (lab) => {
    await lab.node("node2", ["mv", "/root/portmap", "/opt/cni/bin/portmap"]);
    await healLate(lab, "node2");
    await waitUntilHealthy(lab);
  },
};
