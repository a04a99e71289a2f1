import type { Flow } from "../model/flow.ts";
import type { Address } from "../net/cidr.ts";
import { parseHost } from "./address.ts";
import { addressEvidence } from "./evidence.ts";
import { describeNetns, hasAddress, type Netns } from "./netns.ts";
import { CLIENT_PORTS, exactPort, NO_MARK, type Packet } from "./packet.ts";
import { lookupRoute } from "./route-lookup.ts";
import { sourceFor } from "./routing.ts";
import { hop, type Position, stopped, type Trace, unknownAt } from "./trace.ts";
import { notRead } from "./wire.ts";
import { netnsOfPod } from "./world.ts";

/** Where a flow's packet sets out, with the source address that its sender gives it. */
export function startOf(trace: Trace, flow: Flow, destination: Address): Position {
  const { from } = flow;
  switch (from.kind) {
    case "Pod":
      return fromPod(trace, flow, from, destination);
    case "Node": {
      const netns = trace.world.nodeNetns.get(from.name);
      return netns === undefined ? unknownAt(notRead(trace.world, from.name)) : locally(flow, netns, destination, null);
    }
    case "IP":
      return fromOutside(trace, flow, from.ip, destination);
    case "Service":
      return unknownAt(`a Service sends nothing: ${from.namespace}/${from.name}`);
  }
}

function fromPod(
  trace: Trace,
  flow: Flow,
  from: Extract<Flow["from"], { kind: "Pod" }>,
  destination: Address,
): Position {
  const { world } = trace;
  const name = `${from.namespace}/${from.name}`;
  const host = world.nodeNetns.get(from.node);
  if (host === undefined) return unknownAt(notRead(world, from.node));
  if (from.hostNetwork) return locally(flow, host, destination, null);
  const pod = world.podsByName.get(name);
  const netns = pod === undefined ? null : netnsOfPod(world, pod);
  if (netns === null) return unknownAt(`the network namespace of Pod ${name} was not read on Node ${from.node}`);
  const own = parseHost(from.ip);
  if (own !== null && own.family === destination.family && hasAddress(netns, own) === false) {
    const stop = {
      kind: "address-missing",
      node: netns.node,
      pod: netns.pod,
      netns: netns.path,
      address: own.text,
    } as const;
    return stopped(stop, [addressEvidence(netns)]);
  }
  return locally(flow, netns, destination, own?.family === destination.family ? own : null);
}

/** The route to the destination decides the source address, as for a socket that is not bound to one. */
function locally(flow: Flow, netns: Netns, destination: Address, own: Address | null): Position {
  const query = { destination, source: null, mark: NO_MARK, inputDevice: null };
  const result = lookupRoute(netns, query);
  const routed = result.kind === "route" || result.kind === "local" ? sourceFor(netns, result, destination) : null;
  const given = "ip" in flow.from ? parseHost(flow.from.ip) : null;
  const source = own ?? routed ?? (given?.family === destination.family ? given : null);
  if (source === null) return unknownAt(`${describeNetns(netns)} has no ${destination.family} address to send from`);
  return { at: "output", netns, packet: firstPacket(flow, source, destination) };
}

function firstPacket(flow: Flow, source: Address, destination: Address): Packet {
  const icmp = destination.family === "IPv4" ? "icmp" : "ipv6-icmp";
  const ported = flow.protocol !== "icmp" && flow.port !== null;
  return {
    source,
    destination,
    protocol: flow.protocol === "icmp" ? icmp : flow.protocol,
    sourcePorts: ported ? CLIENT_PORTS : null,
    destinationPorts: ported && flow.port !== null ? exactPort(flow.port) : null,
    bytes: flow.packetBytes,
    mark: NO_MARK,
    connmark: NO_MARK,
    state: "new",
    untracked: false,
    destinationTranslated: false,
    sourceTranslated: false,
    inner: null,
  };
}

/** Pod and Service addresses exist on the Nodes; whether the network outside sends packets for them there is not read. */
function outsideReason({ world }: Trace, ip: string, { text }: Address): string {
  const service = world.servicesByAddress.has(text) ? "a Service" : null;
  const whose = service ?? (world.podsByAddress.has(text) ? "a Pod" : null);
  if (whose === null) return `how a packet from ${ip} gets to ${text} is outside of what was read`;
  return `${text} is the address of ${whose}: only the network outside knows whether it sends packets for it to a Node (a NodePort, a load balancer or a route there is the usual way in)`;
}

/** A client outside the cluster: its packet comes in by the device that has the address. */
function fromOutside(trace: Trace, flow: Flow, ip: string, destination: Address): Position {
  const source = parseHost(ip);
  const [owner] = trace.world.nodeAddresses.get(destination.text) ?? [];
  if (source === null || owner === undefined || source.family !== destination.family) {
    return unknownAt(outsideReason(trace, ip, destination));
  }
  const packet = firstPacket(flow, source, destination);
  const { netns, link } = owner;
  const action = "comes in from outside";
  trace.hops.push({ node: "", where: "wire", device: link.name, action, verdict: "passes" });
  hop(trace, netns, link.name, "arrives");
  return { at: "ingress", netns: owner.netns, device: owner.link, nextHop: null, mac: null, packet };
}
