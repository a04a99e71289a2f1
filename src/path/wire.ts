import type { Address } from "../net/cidr.ts";
import { addressKey } from "./address.ts";
import { isDown, linkDown } from "./link-state.ts";
import { checkNeighbour } from "./neighbour.ts";
import { describeNetns, hasAddress } from "./netns.ts";
import { scrubbed } from "./packet.ts";
import { routeText } from "./route-lookup.ts";
import { doubt, type Egress, type Position, type Trace, unknownAt } from "./trace.ts";
import type { AddressOwner, World } from "./world.ts";
import { ownerOf, wrongRoute } from "./wrong-route.ts";

/** A frame leaves a Node by a device of the network outside: to another Node, or out of the cluster. */
export function onWire(trace: Trace, egress: Egress): Position {
  const { netns, device, nextHop, packet, route } = egress;
  const { world } = trace;
  const next = nodeWith(world, nextHop, netns.node);
  if (next !== null) return arriveAt(trace, egress, next);
  const unread = unreadNodeWith(world, nextHop) ?? unreadNodeWith(world, packet.destination);
  if (unread !== null) return unknownAt(unread);
  // A router between two networks of Nodes: it is not read, and Nodes reach each other by it or there is no cluster.
  const last = nodeWith(world, packet.destination, netns.node);
  if (last !== null) return arriveAt(trace, egress, last);
  if (ownerOf(world, packet.destination) !== null && hasAddress(netns, packet.destination) === false) {
    return route === null
      ? unknownAt(`where ${device.name} of ${describeNetns(netns)} leads for ${packet.destination.text} was not read`)
      : beyond(trace, egress);
  }
  trace.hops.push({
    node: "",
    where: "wire",
    device: device.name,
    action: `leaves the cluster from ${netns.node} to ${nextHop.text}`,
    verdict: "passes",
    ...(trace.direction === "reply" ? { direction: "reply" as const } : {}),
  });
  return { at: "left", netns, device, packet: scrubbed(packet) };
}

/** A Pod's packet goes to a neighbour that is no Node: on the same link the network may deliver it (cloud), by a gateway it seldom does. */
function beyond(trace: Trace, { netns, nextHop, packet, route }: Egress): Position {
  if (route === null) return unknownAt(`no route is known for ${packet.destination.text}`);
  if (nextHop.text === packet.destination.text) {
    return unknownAt(
      `${describeNetns(netns)} asks for ${nextHop.text} on the network of the Nodes (${routeText(route)}); what answers there was not read`,
    );
  }
  return wrongRoute(trace, netns, packet, route);
}

function arriveAt(
  trace: Trace,
  { netns, device, nextHop, packet }: Egress,
  { netns: to, link }: AddressOwner,
): Position {
  const direct = to.addresses.has(nextHop.text);
  const wrong = direct ? checkNeighbour(trace, netns, device, nextHop, link) : null;
  if (wrong !== null) return wrong;
  if (isDown(link)) return linkDown(to, link);
  if (link.name === "lo" || link.kind === "dummy") {
    return unknownAt(`by which device Node ${to.node} receives packets for ${packet.destination.text} cannot be told`);
  }
  if (packet.bytes !== null && packet.bytes > link.mtuBytes) {
    doubt(
      trace,
      "may-stop",
      `a packet of ${packet.bytes} bytes is larger than ${link.name} of Node ${to.node} takes (${link.mtuBytes})`,
    );
  }
  trace.hops.push({
    node: "",
    where: "wire",
    device: device.name,
    action: `from Node ${netns.node} to Node ${to.node}`,
    verdict: "passes",
    ...(trace.direction === "reply" ? { direction: "reply" as const } : {}),
  });
  return { at: "ingress", netns: to, device: link, nextHop: null, mac: null, packet: scrubbed(packet) };
}

/** The Node that carries an address on a device of the network outside. Addresses that several Nodes have belong to none of them. */
function nodeWith(world: World, address: Address, except: string): AddressOwner | null {
  const all = world.nodeAddresses.get(address.text) ?? [];
  const owners = all.filter(({ netns }) => netns.node !== except);
  const declared = owners.filter(({ netns }) =>
    (world.nodesByName.get(netns.node)?.internalIPs ?? []).some((one) => addressKey(one) === address.text),
  );
  const [first, second] = declared.length > 0 ? declared : owners;
  return first === undefined || second !== undefined || (declared.length === 0 && all.length > 1) ? null : first;
}

function unreadNodeWith(world: World, address: Address): string | null {
  const node = world.nodesByAddress.get(address.text);
  return node === undefined || world.nodeNetns.has(node.name) ? null : notRead(world, node.name);
}

/** Why a Node's state is not known, as a sentence. */
export function notRead(world: World, node: string): string {
  const why = world.unreadNodes.get(node);
  return `the network state of Node ${node} was not read${why === undefined ? "" : `: ${why.detail || why.reason}`}`;
}
