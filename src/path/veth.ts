import type { Link } from "../model/node.ts";
import type { Address } from "../net/cidr.ts";
import { isDown, linkDown, tooBig } from "./link-state.ts";
import { checkNeighbour, permanentMac } from "./neighbour.ts";
import { describeNetns, type Netns } from "./netns.ts";
import { type Packet, scrubbed } from "./packet.ts";
import { notePrograms } from "./programs.ts";
import { type Egress, hop, type Position, type Trace, unknownAt } from "./trace.ts";
import { hostPortOf, type PodPort, podPortOf, type World } from "./world.ts";

// A receiving veth takes what fits its MTU, the Ethernet header and one VLAN tag (__is_skb_forwardable, linux/netdevice.h).
const VLAN_TAG_BYTES = 4;

/** A frame crosses from a Pod to its Node. */
export function fromPod(trace: Trace, { netns, device, nextHop, packet }: Egress): Position {
  const port = hostPortOf(trace.world, netns, device);
  if (port === null) {
    return unknownAt(
      `what ${device.name} of ${describeNetns(netns)} is connected to on Node ${netns.node} could not be found`,
    );
  }
  const blocked = endDown(port) ?? tooBig(port.host, port.hostLink, packet.bytes, VLAN_TAG_BYTES);
  if (blocked !== null) return blocked;
  hop(trace, netns, device.name, `veth ${ends(device, port.hostLink)} of Node ${netns.node}`);
  const mac = permanentMac(netns, device.name, nextHop);
  return { at: "ingress", netns: port.host, device: port.hostLink, nextHop, mac, packet: scrubbed(packet) };
}

/** A frame crosses from a Node into a Pod. `via` is the device whose neighbour table names the Pod: the veth itself or its bridge. */
export function toPod(trace: Trace, port: PodPort, via: Link, nextHop: Address, packet: Packet): Position {
  const blocked =
    endDown(port) ??
    tooBig(port.host, port.hostLink, packet.bytes) ??
    tooBig(port.pod, port.podLink, packet.bytes, VLAN_TAG_BYTES) ??
    checkNeighbour(trace, port.host, via, nextHop, port.podLink);
  if (blocked !== null) return blocked;
  notePrograms(trace, port.host, port.hostLink);
  hop(trace, port.host, port.hostLink.name, `veth ${ends(port.hostLink, port.podLink)} of ${describeNetns(port.pod)}`);
  return { at: "ingress", netns: port.pod, device: port.podLink, nextHop: null, mac: null, packet: scrubbed(packet) };
}

/** "eth0@if12 to vethb2c4@if2": each end is printed with the index of the other, as ip-link(8) does. */
function ends(from: Link, to: Link): string {
  return `${from.name}@if${to.index} to ${to.name}@if${from.index}`;
}

/** If a device is down because the other end of its veth pair is, that end is the one to name. */
export function downDevice(world: World, netns: Netns, device: Link): Position | null {
  if (!isDown(device)) return null;
  const port = netns.pod === null ? podPortOf(world, netns, device) : hostPortOf(world, netns, device);
  return (port === null ? null : endDown(port)) ?? linkDown(netns, device);
}

function endDown(port: PodPort): Position | null {
  if (!port.hostLink.up) return linkDown(port.host, port.hostLink, port.pod.pod);
  if (!port.podLink.up) return linkDown(port.pod, port.podLink);
  if (isDown(port.hostLink)) return linkDown(port.host, port.hostLink, port.pod.pod);
  return isDown(port.podLink) ? linkDown(port.pod, port.podLink) : null;
}
