import type { Link, Route } from "../model/node.ts";
import type { Address } from "../net/cidr.ts";
import { parseHost } from "./address.ts";
import { addressEvidence, routeEvidence } from "./evidence.ts";
import { hasAddress, type Netns } from "./netns.ts";
import { NO_MARK, type Packet } from "./packet.ts";
import { lookupRoute, routeText } from "./route-lookup.ts";
import { downDeviceTowards, downInsteadOfRoute } from "./routing.ts";
import { type Position, stopped, type Trace, unknownAt } from "./trace.ts";
import { netnsOfPod, type World } from "./world.ts";

/** The Node on which an address lives: of a Pod that has it, or by the Nodes' Pod ranges; null if of none, or of several. */
export function ownerOf(world: World, address: Address): string | null {
  const nodes = new Set((world.podsByAddress.get(address.text) ?? []).map(({ node }) => node));
  const [only] = nodes;
  if (nodes.size > 0) return nodes.size === 1 && only !== undefined && only !== "" ? only : null;
  return world.podRangeOf(address)?.node ?? null;
}

/**
 * A route takes a Pod's packet to where the Pod is not. It is only called wrong if it must be (`certain`), or if Nodes of this cluster
 * do route to each other's Pods themselves: elsewhere (most clouds) the network behind the gateway knows the way.
 */
export function wrongRoute(trace: Trace, netns: Netns, packet: Packet, route: Route, certain = false): Position {
  const { world } = trace;
  const { destination } = packet;
  const owner = ownerOf(world, destination);
  const evidence = [routeEvidence(netns, route)];
  const down = downDeviceTowards(netns, destination);
  if (down !== null) return downInsteadOfRoute(netns, down, evidence);
  if (owner === netns.node) return awayFromHere(trace, netns, packet, route);
  const style = owner === null ? null : routingStyle(world, netns.node, owner, destination);
  const sure = certain || style === "tunnel" || (style === "direct" && owner !== null && onLink(world, netns, owner));
  if (owner === null || !sure) {
    return unknownAt(
      `${netns.node} sends the packet for ${destination.text} by ${routeText(route)}, and whether the network there knows the way was not read`,
    );
  }
  const tunnel = style === "tunnel" ? downTunnel(netns) : null;
  if (tunnel !== null) return downInsteadOfRoute(netns, tunnel, evidence);
  const { node, pod } = netns;
  const expected = describeOwner(world, owner);
  const place = { node, pod, destination: destination.text, route: routeText(route) };
  return stopped({ kind: "wrong-route", ...place, expected }, [...evidence, ownerEvidence(world, owner, destination)]);
}

/** The Pod is on this very Node: its routes have lost it, often with the gateway address that they came with. */
function awayFromHere(trace: Trace, netns: Netns, packet: Packet, route: Route): Position {
  const { world } = trace;
  const { node, pod } = netns;
  const { destination } = packet;
  const here = (world.podsByAddress.get(destination.text) ?? []).find((one) => one.node === node);
  const gateway = here === undefined ? null : gatewayOf(netnsOfPod(world, here), destination.family);
  const evidence = [routeEvidence(netns, route), ownerEvidence(world, node, destination)];
  if (gateway !== null && hasAddress(netns, gateway) === false && !isLinkLocal(gateway)) {
    const stop = { kind: "address-missing", node, pod, netns: netns.path, address: gateway.text } as const;
    return stopped(stop, [addressEvidence(netns), ...evidence]);
  }
  const place = { node, pod, destination: destination.text, route: routeText(route) };
  return stopped({ kind: "wrong-route", ...place, expected: describeOwner(world, node) }, evidence);
}

/** The next hop of a Pod's default route. */
function gatewayOf(pod: Netns | null, family: Address["family"]): Address | null {
  const routes = pod?.routes.known === true ? pod.routes.value : [];
  const found = routes.find((one) => one.family === family && /\/0$/.test(one.destination) && one.gateway !== null);
  return found?.gateway == null ? null : parseHost(found.gateway);
}

/** 169.254.0.0/16 and fe80::/10: gateways that the Node answers for without having them. */
const isLinkLocal = ({ family, value }: Address): boolean =>
  family === "IPv4" ? value >> 16n === 0xa9fen : value >> 118n === 0x3fan;

function describeOwner(world: World, owner: string): string {
  const node = world.nodesByName.get(owner);
  const [address] = node?.internalIPs ?? [];
  const ranges = node?.podCIDRs.join(", ") ?? "";
  const at = [...(address === undefined ? [] : [address]), ...(ranges === "" ? [] : [ranges])];
  return `Node ${owner}${at.length === 0 ? "" : ` (${at.join(", ")})`}`;
}

function ownerEvidence(
  world: World,
  owner: string,
  destination: Address,
): { source: string; where: string; value: string } {
  const pod = world.podsByAddress.get(destination.text)?.[0];
  if (pod !== undefined)
    return { source: "api/pods", where: `Pod ${pod.namespace}/${pod.name}`, value: `${destination.text} on ${owner}` };
  const ranges = world.nodesByName.get(owner)?.podCIDRs.join(", ") ?? "";
  return { source: "api/nodes", where: `Node ${owner} spec.podCIDRs`, value: ranges };
}

function downTunnel(netns: Netns): Link | null {
  const links = netns.links.known ? netns.links.value : [];
  return links.find(({ kind, up }) => !up && (kind === "vxlan" || kind === "ipip")) ?? null;
}

// Enough to see how the cluster routes; looking from every Node to every Node would be quadratic.
const NODES_ASKED = 8;

type Style = "tunnel" | "direct" | null;

/** How Nodes reach Pods of other Nodes by their own routes: the sender to others, and others to the owner and the sender. */
function routingStyle(world: World, sender: string, owner: string, destination: Address): Style {
  const others = [...world.nodeNetns.keys()].filter((name) => name !== sender && name !== owner).slice(0, NODES_ASKED);
  const asked: readonly (readonly [string, string])[] = [
    ...others.flatMap((other) => [[sender, other] as const, [other, owner] as const, [other, sender] as const]),
    [owner, sender],
  ];
  const styles = asked.map(([from, to]) => styleBetween(world, from, to, destination.family));
  return styles.find((style) => style === "tunnel") ?? styles.find((style) => style === "direct") ?? null;
}

function styleBetween(world: World, from: string, to: string, family: Address["family"]): Style {
  const netns = world.nodeNetns.get(from);
  const destination = podAddressOf(world, to, family);
  if (netns === undefined || destination === null) return null;
  const result = lookupRoute(netns, { destination, source: null, mark: NO_MARK, inputDevice: null });
  if (result.kind !== "route") return null;
  const kind = netns.linksByName.get(result.device)?.kind;
  if (kind !== undefined && TUNNELS.has(kind)) return "tunnel";
  const gateway = result.gateway;
  const direct = gateway !== null && (world.nodeAddresses.get(gateway.text) ?? []).some((one) => one.netns.node === to);
  return direct ? "direct" : null;
}

const TUNNELS = new Set(["vxlan", "geneve", "ipip", "gre", "gretap", "sit", "ip6tnl", "wireguard"]);

function podAddressOf(world: World, node: string, family: Address["family"]): Address | null {
  const range = world.podRanges.find((one) => one.node === node && one.cidr.family === family);
  if (range !== undefined) return { family, value: range.cidr.first + 2n, text: "" };
  return null;
}

/** The sender reaches the owner's own address without a gateway: no router in between could know more. */
function onLink(world: World, netns: Netns, owner: string): boolean {
  const address = (world.nodesByName.get(owner)?.internalIPs ?? []).map(parseHost).find((one) => one !== null);
  if (address === undefined) return false;
  const result = lookupRoute(netns, { destination: address, source: null, mark: NO_MARK, inputDevice: null });
  return result.kind === "route" && result.gateway === null;
}
