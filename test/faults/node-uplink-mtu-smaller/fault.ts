import type { Fault } from "../fault.ts";
import type { Lab } from "../lab.ts";
import { alwaysFails, works } from "../proof.ts";
import { waitUntilHealthy, webUrl } from "../workload.ts";

const upload = (url: string) => `head -c 20000 /dev/zero | curl -sS -o /dev/null -m 3 --data-binary @- ${url}echo`;

/** Without segmentation in the "hardware", packets on the wire have the size they would have between machines. */
async function offloads(lab: Lab, state: "on" | "off"): Promise<void> {
  for (const node of ["node1", "node2", "node3"]) {
    await lab.node(node, ["ethtool", "-K", "eth0", "tso", state, "gso", state]);
  }
}

export const fault: Fault = {
  name: "node-uplink-mtu-smaller",
  story: "eth0 of node3 was set to 1400 bytes; flannel.1 there and everything elsewhere stayed as it was.",
  lab: {},
  inject: async (lab) => {
    await lab.node("node3", ["ip", "link", "set", "eth0", "mtu", "1400"]);
    await offloads(lab, "off");
  },
  prove: async (lab) => {
    const [near, far] = [await webUrl(lab, "node1"), await webUrl(lab, "node3")];
    await works(lab, "client-node2", ["curl", "-sS", "-m", "4", far]);
    await works(lab, "client-node2", ["sh", "-c", upload(near)]);
    await alwaysFails(lab, "client-node2", ["sh", "-c", upload(far)]);
  },
  expect: { id: "path-mtu-black-hole", kind: "Node", name: "node3", severity: "error" },
  heal: async (lab) => {
    await offloads(lab, "on");
    await lab.node("node3", ["ip", "link", "set", "eth0", "mtu", "1500"]);
    await waitUntilHealthy(lab);
  },
};
