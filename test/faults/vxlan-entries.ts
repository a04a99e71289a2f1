import type { Lab } from "./lab.ts";
import { podCidr } from "./workload.ts";

/** What a Node must know of another one to send it VXLAN: the MAC of its flannel.1, the address of the Node and of the device. */
export interface Vtep {
  readonly mac: string;
  readonly node: string;
  readonly device: string;
}

export async function vtepOf(lab: Lab, node: string): Promise<Vtep> {
  return {
    mac: await lab.node(node, ["cat", "/sys/class/net/flannel.1/address"]),
    node: await lab.kubectl(["get", "node", node, "-o", "jsonpath={.status.addresses[0].address}"]),
    device: (await podCidr(lab, node)).replace(/\/.*$/, ""),
  };
}

/** The forwarding entry: frames for that MAC go to that Node. */
export async function setForwarding(lab: Lab, on: string, { mac, node }: Vtep): Promise<void> {
  await lab.node(on, ["bridge", "fdb", "replace", mac, "dev", "flannel.1", "dst", node, "self", "permanent"]);
}

/** The neighbour entry: packets for that device go to that MAC. */
export async function setNeighbour(lab: Lab, on: string, { mac, device }: Vtep): Promise<void> {
  await lab.node(on, ["ip", "neigh", "replace", device, "lladdr", mac, "dev", "flannel.1", "nud", "permanent"]);
}
