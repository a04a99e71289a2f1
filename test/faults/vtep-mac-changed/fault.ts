import type { Fault } from "../fault.ts";
import { vtepOf } from "../vxlan-entries.ts";
import { cannotReachWeb, waitUntilHealthy } from "../workload.ts";

const others = ["02:00:00:00:00:77", "02:00:00:00:00:78"] as const;
const flannel = ["-n", "kube-flannel"];

export const fault: Fault = {
  name: "vtep-mac-changed",
  story: "flannel.1 of node3 was given another MAC by hand; nobody told the other Nodes.",
  lab: {},
  inject: async (lab) => {
    const { mac } = await vtepOf(lab, "node3");
    await lab.node("node3", ["ip", "link", "set", "flannel.1", "address", mac === others[0] ? others[1] : others[0]]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node1", "node3"], ["node3", "node2"]),
  expect: { id: "tunnel-device-mac-changed", kind: "Node", name: "node3", severity: "error" },
  heal: async (lab) => {
    // it tells the others the new one, and learns anew what node3 knew of them
    await lab.kubectl([...flannel, "delete", "pods", "--field-selector", "spec.nodeName=node3", "--timeout=60s"]);
    await lab.kubectl([...flannel, "rollout", "status", "daemonset", "--timeout=60s"]);
    await waitUntilHealthy(lab);
  },
};
