import { keepOff } from "../daemonset.ts";
import type { Fault } from "../fault.ts";
import { healLate, lateDoesNotStart, makeLate } from "../late.ts";
import { waitUntilHealthy } from "../workload.ts";

/** What is in /run goes with a reboot; flanneld would write it again, and is not there to. */
export const fault: Fault = {
  name: "flannel-not-on-node",
  story: "The DaemonSet of flannel was kept off node2 by an affinity; since the reboot no Pod starts there.",
  lab: {},
  inject: async (lab) => {
    await keepOff(lab, "kube-flannel/kube-flannel-ds", ["node2"]);
    await lab.node("node2", ["rm", "/run/flannel/subnet.env"]);
    await makeLate(lab, "node2");
  },
  prove: lateDoesNotStart,
  expect: { id: "cni-agent-not-running", kind: "Node", name: "node2", severity: "error" },
  heal: async (lab) => {
    await keepOff(lab, "kube-flannel/kube-flannel-ds", []);
    await healLate(lab, "node2");
    await waitUntilHealthy(lab);
  },
};
