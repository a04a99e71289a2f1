import type { Link } from "../model/node.ts";
import { type Address, cidrOf, includesAddress } from "../net/cidr.ts";
import { parseHost } from "./address.ts";
import { bridgedPacketsFiltered } from "./bridge-netfilter.ts";
import { findPort, otherPorts, whyNoPort } from "./bridge-port.ts";
import { noteConnection, openConnection } from "./connection.ts";
import { routeEvidence } from "./evidence.ts";
import { receive } from "./ip-input.ts";
import { isDown, linkDown } from "./link-state.ts";
import { checkNeighbour } from "./neighbour.ts";
import type { HookName } from "./netfilter/context.ts";
import { runHook } from "./netfilter/hook.ts";
import { hasAddress, type Netns, sysctl } from "./netns.ts";
import { hookContext } from "./output.ts";
import type { Packet } from "./packet.ts";
import { lookupRoute, routeText } from "./route-lookup.ts";
import { doubt, type Egress, hop, type Ingress, type Position, stopped, type Trace, unknownAt } from "./trace.ts";
import { toPod } from "./veth.ts";
import { onWire } from "./wire.ts";
import { type PodPort, podPortOf } from "./world.ts";
import { ownerOf, wrongRoute } from "./wrong-route.ts";

/** The Node sends, or forwards, a packet by a bridge device. */
export function bridgeOut(trace: Trace, egress: Egress): Position {
  const { netns, device, nextHop, packet, route } = egress;
  const port = findPort(trace, netns, device, nextHop);
  if (port !== null) {
    const hairpin = egress.fromPort === port.hostLink.name ? checkHairpin(trace, port, device, packet) : null;
    return hairpin ?? closedPort(port) ?? toPod(trace, port, device, nextHop, packet);
  }
  if (hasPod(trace, netns, nextHop)) return whyNoPort(trace, netns, device, nextHop);
  if (otherPorts(trace, netns, device).length > 0) return onWire(trace, egress);
  const owner = ownerOf(trace.world, packet.destination);
  if (owner !== null && owner !== netns.node && route !== null) return wrongRoute(trace, netns, packet, route, true);
  return whyNoPort(trace, netns, device, nextHop);
}

const hasPod = (trace: Trace, host: Netns, address: Address): boolean =>
  (trace.world.podsByAddress.get(address.text) ?? []).some(({ node }) => node === host.node);

function closedPort({ hostLink, host }: PodPort): Position | null {
  const state = hostLink.bridgePort?.state ?? "forwarding";
  // A port whose device is down is disabled for that reason, which the veth pair tells better.
  if (isDown(hostLink)) return null;
  if (state === "forwarding" || state === "unknown") return null;
  return unknownAt(`bridge port ${hostLink.name} of Node ${host.node} is in state ${state}`);
}

/**
 * With bridge-nf-call-iptables, a packet translated to a Pod of the same bridge is bridged, not routed (bridged_dnat,
 * net/bridge/br_netfilter_hooks.c), and a bridge sends nothing back by the port it came from unless the port has hairpin on.
 */
function checkHairpin(trace: Trace, { hostLink, host, pod }: PodPort, bridge: Link, packet: Packet): Position | null {
  const filters = bridgedPacketsFiltered(host, packet);
  if (
    !packet.destinationTranslated ||
    hostLink.bridgePort === null ||
    hostLink.bridgePort.hairpin ||
    filters === "no"
  ) {
    return null;
  }
  if (filters === "perhaps" || bridge.flags.includes("PROMISC")) {
    doubt(
      trace,
      "may-stop",
      `whether bridge ${bridge.name} of Node ${host.node} sends a packet back by ${hostLink.name} cannot be told`,
    );
    return null;
  }
  const stop = { kind: "hairpin-disabled", node: host.node, pod: pod.pod ?? "", device: hostLink.name } as const;
  const seen = { source: `${host.capture}/link`, where: hostLink.name, value: "bridge port with hairpin off" };
  return stopped({ ...stop, bridge: bridge.name }, [seen]);
}

/** A frame from a Pod comes in by a bridge port: for the Node itself, or for another Pod on the bridge. */
export function bridgeIn(trace: Trace, ingress: Ingress, bridge: Link): Position {
  const { netns: host, device, nextHop, packet } = ingress;
  if (isDown(bridge)) return linkDown(host, bridge);
  const port = podPortOf(trace.world, host, device);
  const closed = port === null ? null : closedPort(port);
  if (closed !== null) return closed;
  const input = { device: bridge, port: device.name };
  if (port === null || nextHop === null) return receive(trace, host, input, packet);
  const target = findPort(trace, host, bridge, nextHop);
  if (target !== null) return bridged(trace, { from: port, to: target, bridge, nextHop }, packet);
  const wrong = checkNeighbour(trace, port.pod, port.podLink, nextHop, bridge);
  if (wrong !== null) return takenForItsTranslation(trace, host, packet) ? receive(trace, host, input, packet) : wrong;
  const answers =
    hasAddress(host, nextHop) === true || ingress.mac === bridge.mac.toLowerCase() || proxies(host, bridge);
  if (answers) return receive(trace, host, input, packet);
  return gatewayNotHere(port, bridge, nextHop, packet) ?? whyNoPort(trace, host, bridge, nextHop);
}

/**
 * A bridged packet whose destination PREROUTING changes is routed by the Node, whatever MAC the frame was sent to
 * (br_nf_pre_routing_finish, net/bridge/br_netfilter_hooks.c): one to a Service, or an answer that is translated back.
 */
function takenForItsTranslation(trace: Trace, host: Netns, packet: Packet): boolean {
  const changes =
    packet.state === "new"
      ? trace.plan !== null
      : (trace.connections.get(host.capture) ?? []).some(
          ({ before, after }) => before.source.text !== after.source.text,
        );
  const filtered = bridgedPacketsFiltered(host, packet);
  if (!changes || filtered === "no") return false;
  if (filtered === "perhaps")
    doubt(trace, "may-stop", `whether bridged packets of Node ${host.node} pass its rules was not read`);
  return true;
}

/** The Node has an address in the Pod's subnet, and the Pod's route names another one: the route is wrong, not the Node. */
function gatewayNotHere({ pod }: PodPort, bridge: Link, nextHop: Address, packet: Packet): Position | null {
  const query = { destination: packet.destination, source: packet.source, mark: packet.mark, inputDevice: null };
  const taken = lookupRoute(pod, query);
  const own = bridge.addresses.find((entry) => isInSubnet(entry, packet.source));
  if (taken.kind !== "route" || taken.gateway?.text !== nextHop.text || own === undefined) return null;
  const { node } = pod;
  const route = routeText(taken.route);
  const place = { node, pod: pod.pod, destination: packet.destination.text, route } as const;
  const there = { source: `node/${node}/addr`, where: bridge.name, value: `${own.address}/${own.prefixLength}` };
  const expected = `${own.address}, the address of ${bridge.name}`;
  return stopped({ kind: "wrong-route", ...place, expected }, [routeEvidence(pod, taken.route), there]);
}

function isInSubnet({ address, prefixLength }: Link["addresses"][number], other: Address): boolean {
  const host = parseHost(address);
  const subnet = host === null ? null : cidrOf(host, prefixLength);
  return subnet !== null && includesAddress(subnet, other);
}

/** ip-sysctl, proxy_arp: the Node answers for addresses that it routes elsewhere. */
export function proxies(host: Netns, device: Link): boolean {
  const names = [`net.ipv4.conf.${device.name.replaceAll(".", "/")}.proxy_arp`, "net.ipv4.conf.all.proxy_arp"];
  return names.some((name) => sysctl(host, name) === "1");
}

interface Bridging {
  readonly from: PodPort;
  readonly to: PodPort;
  readonly bridge: Link;
  readonly nextHop: Address;
}

/** From Pod to Pod over one bridge; the Node's IP rules see the packet only if br_netfilter hands it to them. */
function bridged(trace: Trace, { from, to, bridge, nextHop }: Bridging, packet: Packet): Position {
  const host = from.host;
  const wrong = checkNeighbour(trace, from.pod, from.podLink, nextHop, to.podLink) ?? closedPort(to);
  if (wrong !== null) return wrong;
  hop(trace, host, bridge.name, `bridges from ${from.hostLink.name} to ${to.hostLink.name}`);
  const filtered = bridgedPacketsFiltered(host, packet);
  if (filtered === "no") return toPod(trace, to, from.podLink, nextHop, packet);
  if (filtered === "perhaps" && trace.connections.has(host.capture)) {
    doubt(
      trace,
      "may-stop",
      `whether bridged packets of Node ${host.node} pass its rules and are translated back was not read`,
    );
  }
  const result = bridgedHooks(trace, { from, to, bridge, nextHop }, packet, filtered === "perhaps");
  return result.at === "passes" ? toPod(trace, to, bridge, nextHop, result.packet) : result;
}

type Passed = { readonly at: "passes"; readonly packet: Packet };

function bridgedHooks(trace: Trace, way: Bridging, packet: Packet, onlyPerhaps: boolean): Passed | Position {
  const { from, to, bridge } = way;
  openConnection(trace, from.host, packet);
  let current = packet;
  for (const hook of ["PREROUTING", "FORWARD", "POSTROUTING"] as const satisfies readonly HookName[]) {
    const context = hookContext(trace, from.host, hook, {
      inputDevice: hook === "POSTROUTING" ? null : bridge.name,
      outputDevice: hook === "PREROUTING" ? null : bridge.name,
      inputPort: from.hostLink.name,
      outputPort: hook === "PREROUTING" ? null : to.hostLink.name,
      bridged: true,
    });
    const result = runHook(trace, context, current, { onlyPerhaps });
    if (result.at === "stopped") return result;
    if (packet.state === "new" && result.packet.destination.text !== packet.destination.text) {
      return unknownAt(`rules of Node ${from.host.node} translate a packet that is bridged between its Pods`);
    }
    current = result.packet;
  }
  noteConnection(trace, from.host, current);
  return { at: "passes", packet: current };
}
