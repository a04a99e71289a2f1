import type { Fault } from "../fault.ts";
import { cannotReachWeb, podCidr, waitUntilHealthy } from "../workload.ts";

/** Of flannel's back ends only host-gw looks after its routes: with VXLAN nobody writes this one again until flanneld starts anew. */
export const fault: Fault = {
  name: "flannel-route-deleted",
  story: "A network manager that did not know it took the route to the Pods of node3 from node2.",
  lab: {},
  inject: async (lab) => {
    await lab.node("node2", ["ip", "route", "delete", await podCidr(lab, "node3")]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node2", "node3"], ["node3", "node2"]),
  expect: { id: "pod-cidr-route-missing", kind: "Node", name: "node2", severity: "error" },
  heal: async (lab) => {
    const range = await podCidr(lab, "node3");
    const gateway = range.replace(/\/.*$/, "");
    await lab.node("node2", ["ip", "route", "replace", range, "via", gateway, "dev", "flannel.1", "onlink"]);
    await waitUntilHealthy(lab);
  },
};
