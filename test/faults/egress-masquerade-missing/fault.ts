import type { Fault } from "../fault.ts";
import { cannotGet, works } from "../proof.ts";
import { waitUntilHealthy, webUrl } from "../workload.ts";

/** By address: the cluster's DNS may run on node2, and then fails with it. */
const outside = "http://198.51.100.10/";

/** flanneld puts its rules back within five seconds unless it hangs. */
export const fault: Fault = {
  name: "egress-masquerade-missing",
  story: "The rules by which flannel masquerades what leaves the cluster are gone on node2, and flanneld hangs.",
  lab: {},
  inject: async (lab) => {
    await lab.node("node2", ["pkill", "-STOP", "-x", "flanneld"]);
    await lab.node("node2", ["iptables", "-t", "nat", "-F", "FLANNEL-POSTRTG"]);
  },
  prove: async (lab) => {
    await cannotGet(lab, "client-node2", outside);
    await works(lab, "client-node3", ["curl", "-sS", "-m", "5", outside]);
    await works(lab, "client-node2", ["curl", "-sS", "-m", "5", await webUrl(lab, "node3")]);
  },
  expect: { id: "egress-not-masqueraded", kind: "Node", name: "node2", severity: "error" },
  heal: async (lab) => {
    await lab.node("node2", ["pkill", "-CONT", "-x", "flanneld"]);
    await waitUntilHealthy(lab);
  },
};
