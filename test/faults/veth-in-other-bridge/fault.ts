import type { Fault } from "../fault.ts";
import { clientVeth } from "../pod-netns.ts";
import { cannotReachWeb, waitUntilHealthy } from "../workload.ts";

export const fault: Fault = {
  name: "veth-in-other-bridge",
  story: "The host end of client-node2 is a port of another bridge.",
  lab: {},
  inject: async (lab) => {
    await lab.node("node2", ["ip", "link", "add", "br-old", "type", "bridge"]);
    await lab.node("node2", ["ip", "link", "set", "br-old", "up"]);
    await lab.node("node2", ["ip", "link", "set", await clientVeth(lab, "node2"), "master", "br-old"]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node2", "node2"], ["node2", "node3"]),
  expect: { id: "veth-detached-from-bridge", kind: "Pod", namespace: "shop", name: "client-node2", severity: "error" },
  heal: async (lab) => {
    const veth = await clientVeth(lab, "node2");
    await lab.node("node2", ["ip", "link", "set", veth, "master", "cni0"]);
    await lab.node("node2", ["ip", "link", "set", veth, "type", "bridge_slave", "hairpin", "on"]);
    await lab.node("node2", ["ip", "link", "delete", "br-old"]);
    await waitUntilHealthy(lab);
  },
};
