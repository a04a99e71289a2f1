import type { Fault } from "../fault.ts";
import type { Lab } from "../lab.ts";
import { alwaysFails, works } from "../proof.ts";
import { waitUntilHealthy, webUrl } from "../workload.ts";

const upload = (url: string) => `head -c 20000 /dev/zero | curl -sS -o /dev/null -m 3 --data-binary @- ${url}echo`;
const ping = (url: string, size: string) => [
  "ping",
  "-M",
  "do",
  "-c",
  "1",
  "-W",
  "1",
  "-s",
  size,
  new URL(url).hostname,
];

/** Without segmentation in the "hardware", packets on the wire have the size they would have between machines. */
async function offloads(lab: Lab, state: "on" | "off"): Promise<void> {
  for (const node of ["node1", "node2", "node3"]) {
    await lab.node(node, ["ethtool", "-K", "eth0", "tso", state, "gso", state]);
  }
}

/** The kernel's own search for black holes (tcp_mtu_probing, ip-sysctl.rst): the kubelets' connections of before recover in seconds. */
async function probing(lab: Lab, state: "1" | "0"): Promise<void> {
  for (const node of ["node1", "node2", "node3"]) {
    await lab.node(node, ["sysctl", "-qw", `net.ipv4.tcp_mtu_probing=${state}`]);
  }
}

/**
 * A switch port drops what is too long and sends no ICMP. The clamp is what a router with a small MTU often has: it
 * saves the Nodes' own TCP, so that all three stay Ready, and cannot see the Pods' TCP inside VXLAN.
 */
export const fault: Fault = {
  name: "path-mtu-black-hole",
  story: "The link of node3 carries 1400 bytes only, and nothing tells the senders.",
  lab: {},
  inject: async (lab) => {
    await probing(lab, "1");
    const clamp = "tcp flags syn / syn,rst tcp option maxseg size set 1340";
    await lab.router(["nft", "add table bridge clamp"]);
    await lab.router(["nft", "add chain bridge clamp forward { type filter hook forward priority 0; }"]);
    await lab.router(["nft", `add rule bridge clamp forward ${clamp}`]);
    await lab.router(["ip", "link", "set", "node3", "mtu", "1400"]);
    await offloads(lab, "off");
  },
  prove: async (lab) => {
    const [near, far] = [await webUrl(lab, "node1"), await webUrl(lab, "node3")];
    await works(lab, "client-node2", ["curl", "-sS", "-m", "4", far]);
    await works(lab, "client-node2", ["sh", "-c", upload(near)]);
    await Promise.all([
      alwaysFails(lab, "client-node2", ["sh", "-c", upload(far)]),
      alwaysFails(lab, "client-node2", ping(far, "1422")),
    ]);
  },
  expect: { id: "path-mtu-black-hole", kind: "Node", name: "node3", severity: "error" },
  heal: async (lab) => {
    await offloads(lab, "on");
    await lab.router(["ip", "link", "set", "node3", "mtu", "1500"]);
    await lab.router(["nft", "delete table bridge clamp"]);
    await probing(lab, "0");
    await waitUntilHealthy(lab);
  },
};
