import type { Fault } from "../fault.ts";
import type { Lab } from "../lab.ts";
import { cannotReachWeb, waitUntilHealthy } from "../workload.ts";

/** The name of the other end of client-node2's eth0. */
async function hostVeth(lab: Lab): Promise<string> {
  const index = await lab.tryPod("client-node2", ["cat", "/sys/class/net/eth0/iflink"]);
  const devices = await lab.node("node2", ["ip", "-oneline", "link", "show"]);
  const device = devices.split("\n").find((line) => line.startsWith(`${index.output}: `));
  const name = device?.split(/[:@ ]+/)[1];
  if (name === undefined) throw new Error(`no device ${index.output} on node2: ${index.complaint}`);
  return name;
}

export const fault: Fault = {
  name: "veth-detached-from-bridge",
  story: "The host end of client-node2's veth was taken out of the bridge.",
  lab: {},
  inject: async (lab) => {
    await lab.node("node2", ["ip", "link", "set", await hostVeth(lab), "nomaster"]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node2", "node2"], ["node2", "node3"]),
  expect: { id: "veth-detached-from-bridge", kind: "Pod", namespace: "shop", name: "client-node2", severity: "error" },
  heal: async (lab) => {
    const veth = await hostVeth(lab);
    await lab.node("node2", ["ip", "link", "set", veth, "master", "cni0"]);
    await lab.node("node2", ["ip", "link", "set", veth, "type", "bridge_slave", "hairpin", "on"]);
    await waitUntilHealthy(lab);
  },
};
