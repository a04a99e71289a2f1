import { keepOff } from "../daemonset.ts";
import type { Fault } from "../fault.ts";
import { remove, serviceWith } from "../objects.ts";
import { cannotGet, hears } from "../proof.ts";
import { apply, waitUntilHealthy } from "../workload.ts";

/** The rules of before stay, so that only what came later is unreachable. */
export const fault: Fault = {
  name: "kube-proxy-not-on-node",
  story: "An affinity added to the DaemonSet keeps kube-proxy off node2; Services made since are unknown there.",
  lab: {},
  inject: async (lab) => {
    await keepOff(lab, "kube-system/kube-proxy", ["node2"]);
    await apply(lab, serviceWith("new", "web", {}));
    await lab.waitFor("the new Service elsewhere", () => hears(lab, "client-node1", ["http://new/"]));
  },
  prove: (lab) => cannotGet(lab, "client-node2", "http://new/"),
  expect: { id: "kube-proxy-not-running", kind: "Node", name: "node2", severity: "error" },
  heal: async (lab) => {
    await remove(lab, "service/new");
    await keepOff(lab, "kube-system/kube-proxy", []);
    await waitUntilHealthy(lab);
  },
};
