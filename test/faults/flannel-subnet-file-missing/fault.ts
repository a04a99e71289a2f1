import type { Fault } from "../fault.ts";
import { healLate, lateDoesNotStart, makeLate } from "../late.ts";
import { waitUntilHealthy } from "../workload.ts";

export const fault: Fault = {
  name: "flannel-subnet-file-missing",
  story: "Something cleaned /run on node2 and took flannel's subnet.env; flanneld runs on and does not notice.",
  lab: {},
  inject: async (lab) => {
    await lab.node("node2", ["mv", "/run/flannel/subnet.env", "/root/subnet.env"]);
    await makeLate(lab, "node2");
  },
  prove: lateDoesNotStart,
  expect: { id: "flannel-subnet-file-missing", kind: "Node", name: "node2", severity: "error" },
  heal: async (lab) => {
    await lab.node("node2", ["mv", "/root/subnet.env", "/run/flannel/subnet.env"]);
    await healLate(lab, "node2");
    await waitUntilHealthy(lab);
  },
};
