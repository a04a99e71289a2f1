import type { Vxlan } from "../model/node.ts";
import type { Address } from "../net/cidr.ts";
import { parseHost } from "./address.ts";
import { isDown, linkDown } from "./link-state.ts";
import { describeNetns, type Netns } from "./netns.ts";
import { CLIENT_PORTS, type Encapsulated, exactPort, NO_MARK, type Packet, scrubbed } from "./packet.ts";
import { lookupRoute } from "./route-lookup.ts";
import { sourceFor } from "./routing.ts";
import { type Egress, hop, type Position, stopped, type Trace, unknownAt } from "./trace.ts";
import { isBoundTo, vxlanTarget } from "./vxlan-target.ts";

/** A packet goes into a tunnel device: the walk goes on with the outer packet, which the Node itself sends. */
export function encapsulate(trace: Trace, egress: Egress): Position {
  if (egress.packet.inner !== null) return unknownAt(`a tunnel within a tunnel on Node ${egress.netns.node}`);
  return egress.device.vxlan !== null ? intoVxlan(trace, egress, egress.device.vxlan) : intoIpip(trace, egress);
}

function intoVxlan(trace: Trace, egress: Egress, vxlan: Vxlan): Position {
  const { netns, device, packet } = egress;
  const target = vxlanTarget(trace, egress, vxlan);
  if ("at" in target) return target;
  const inner: Encapsulated = {
    packet,
    kind: "vxlan",
    id: vxlan.id,
    port: vxlan.port,
    mac: target.mac,
    node: netns.node,
    device: device.name,
  };
  const local = vxlan.local === null ? null : parseHost(vxlan.local);
  hop(trace, netns, device.name, `VXLAN ${vxlan.id} to ${target.remote.text} port ${vxlan.port}`);
  return outer(netns, inner, { remote: target.remote, local, protocol: "udp", port: vxlan.port });
}

interface OuterHeader {
  readonly remote: Address;
  readonly local: Address | null;
  readonly protocol: string;
  readonly port: number | null;
}

// Outer IP, UDP and VXLAN headers and the inner Ethernet header (RFC 7348); IPIP adds the outer IP header only (RFC 2003).
const OVERHEAD = { vxlan: { IPv4: 50, IPv6: 70 }, ipip: { IPv4: 20, IPv6: 40 } } as const;

function outer(netns: Netns, inner: Encapsulated, { remote, local, protocol, port }: OuterHeader): Position {
  const query = { destination: remote, source: local, mark: NO_MARK, inputDevice: null };
  const decision = local === null ? lookupRoute(netns, query) : null;
  const chosen = decision?.kind === "route" || decision?.kind === "local" ? sourceFor(netns, decision, remote) : null;
  const source = local ?? chosen;
  if (source === null)
    return unknownAt(`the source address of the tunnel on ${describeNetns(netns)} could not be found`);
  const overhead = OVERHEAD[inner.kind][remote.family];
  const packet: Packet = {
    source,
    destination: remote,
    protocol,
    sourcePorts: port === null ? null : CLIENT_PORTS,
    destinationPorts: port === null ? null : exactPort(port),
    bytes: inner.packet.bytes === null ? null : inner.packet.bytes + overhead,
    // The mark stays on the packet within one namespace (iptunnel_xmit).
    mark: inner.packet.mark,
    connmark: NO_MARK,
    state: "new",
    untracked: false,
    destinationTranslated: false,
    sourceTranslated: false,
    inner,
  };
  return { at: "output", netns, packet };
}

/** IPIP by a route whose gateway is the other Node's address; other forms need the tunnel's own ends, which are not read. */
function intoIpip(trace: Trace, egress: Egress): Position {
  const { netns, device, nextHop, packet, route } = egress;
  const other = trace.world.nodeAddresses.get(nextHop.text) ?? [];
  if (route?.gateway == null || !other.some((one) => one.netns.node !== netns.node)) {
    return unknownAt(`where ${device.name} (${device.kind}) of ${describeNetns(netns)} leads was not read`);
  }
  const inner: Encapsulated = {
    packet,
    kind: "ipip",
    id: null,
    port: null,
    mac: null,
    node: netns.node,
    device: device.name,
  };
  hop(trace, netns, device.name, `IPIP to ${nextHop.text}`);
  return outer(netns, inner, { remote: nextHop, local: null, protocol: "ipencap", port: null });
}

/** The outer packet, of this family, has arrived: the tunnel device of the same kind, network identifier and port takes the inner one out. */
export function decapsulate(trace: Trace, netns: Netns, inner: Encapsulated, { family }: Address): Position {
  if (!netns.links.known)
    return unknownAt(`the devices of ${describeNetns(netns)} could not be read: ${netns.links.detail}`);
  const links = netns.links.value.filter(({ kind }) => kind === inner.kind);
  const link = links.find(
    ({ vxlan }) =>
      inner.kind !== "vxlan" || (vxlan?.id === inner.id && vxlan.port === inner.port && isBoundTo(vxlan, family)),
  );
  if (link === undefined) {
    if (links.some(({ vxlan }) => vxlan?.external === true))
      return unknownAt(`which packets the tunnel of ${describeNetns(netns)} takes was not read`);
    const has = links.map(({ name, vxlan }) => `${name} id ${vxlan?.id ?? "-"} port ${vxlan?.port ?? "-"}`).join(", ");
    const expected = inner.kind === "vxlan" ? `VXLAN ${inner.id} port ${inner.port}` : inner.kind;
    const stop = {
      kind: "tunnel-peer-missing",
      node: netns.node,
      device: inner.device,
      peer: inner.node,
      what: "device",
    } as const;
    const seen = { source: `${netns.capture}/link`, where: `${inner.kind} devices`, value: has || "none" };
    return stopped({ ...stop, has, expected }, [seen]);
  }
  if (isDown(link)) return linkDown(netns, link);
  if (inner.mac !== null && inner.mac !== link.mac.toLowerCase()) {
    return unknownAt(`${link.name} of ${describeNetns(netns)} has ${link.mac}, the frame is for ${inner.mac}`);
  }
  hop(trace, netns, link.name, `takes ${inner.kind === "vxlan" ? `VXLAN ${inner.id}` : "IPIP"} from ${inner.node}`);
  return {
    at: "ingress",
    netns,
    device: link,
    nextHop: null,
    mac: null,
    packet: scrubbed(inner.packet),
  };
}
