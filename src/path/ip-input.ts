import type { Link } from "../model/node.ts";
import { noteConnection, openConnection } from "./connection.ts";
import { addressEvidence, routeEvidence, sysctlEvidence } from "./evidence.ts";
import { runHook } from "./netfilter/hook.ts";
import { describeNetns, hasAddress, type Netns, sysctl } from "./netns.ts";
import { hookContext, leave } from "./output.ts";
import { describePacket, type Packet } from "./packet.ts";
import { lookupRoute, routeText } from "./route-lookup.ts";
import { type Decision, decideRoute } from "./routing.ts";
import { checkTranslation } from "./service-translation.ts";
import { doubt, hop, type Position, stopped, type Trace } from "./trace.ts";
import { wrongRoute } from "./wrong-route.ts";

/** The device the IP layer sees and the bridge port behind it. */
interface Input {
  readonly device: Link;
  readonly port: string | null;
}

/** A packet that a device hands to the IP layer: PREROUTING, routing, then INPUT or FORWARD and POSTROUTING. */
export function receive(trace: Trace, netns: Netns, input: Input, packet: Packet): Position {
  const inputDevice = input.device.name;
  const loopback = inputDevice === "lo";
  if (!loopback) openConnection(trace, netns, packet);
  const context = hookContext(trace, netns, "PREROUTING", { inputDevice, inputPort: input.port });
  const hooked = runHook(trace, context, packet, { translated: loopback });
  if (hooked.at === "stopped") return hooked;
  const translated = loopback ? hooked : checkTranslation(trace, netns, hooked.packet);
  if (translated.at !== "passes") return translated;
  return route(trace, netns, input, translated.packet);
}

function route(trace: Trace, netns: Netns, input: Input, packet: Packet): Position {
  const inputDevice = input.device.name;
  if (netns.pod !== null && hasAddress(netns, packet.destination) === false && forwardsNot(netns)) {
    return addressMissing(netns, packet);
  }
  const filtered = inputDevice === "lo" ? null : reversePath(trace, netns, input.device, packet);
  if (filtered !== null) return filtered;
  const decision = decideRoute(trace, netns, packet, { source: packet.source, inputDevice });
  if (decision.kind === "ended") return decision.end;
  return decision.kind === "local"
    ? arrive(trace, netns, input, packet)
    : forward(trace, netns, input, packet, decision);
}

// A Pod that routes for others (a VPN, a router) may take packets for addresses that it has not.
const forwardsNot = (netns: Netns): boolean => sysctl(netns, "net.ipv4.ip_forward") !== "1";

function addressMissing(netns: Netns, packet: Packet): Position {
  const { node, pod, path } = netns;
  return stopped({ kind: "address-missing", node, pod, netns: path, address: packet.destination.text }, [
    addressEvidence(netns),
  ]);
}

function arrive(trace: Trace, netns: Netns, input: Input, packet: Packet): Position {
  const context = hookContext(trace, netns, "INPUT", { inputDevice: input.device.name, inputPort: input.port });
  const result = runHook(trace, context, packet);
  if (result.at === "stopped") return result;
  noteConnection(trace, netns, result.packet);
  hop(trace, netns, input.device.name, `delivers ${describePacket(result.packet)}`);
  return { at: "delivered", netns, packet: result.packet };
}

function forward(
  trace: Trace,
  netns: Netns,
  input: Input,
  packet: Packet,
  decision: Extract<Decision, { kind: "route" }>,
): Position {
  const disabled = forwardingDisabled(trace, netns, input.device.name, packet);
  if (disabled !== null) return disabled;
  const passage = `${netns.capture} ${describePacket(packet)}`;
  const before = packet.inner === null ? trace.forwarded.get(passage) : undefined;
  // The same Node a second time: some Node in between sent the packet back.
  if (before !== undefined) return wrongRoute(trace, before.netns, packet, before.route, true);
  if (packet.inner === null) trace.forwarded.set(passage, { route: decision.route, netns });
  const devices = { inputDevice: input.device.name, outputDevice: decision.device, inputPort: input.port };
  const result = runHook(trace, hookContext(trace, netns, "FORWARD", devices), packet);
  if (result.at === "stopped") return result;
  hop(trace, netns, decision.device, `forwards ${describePacket(result.packet)}`);
  return leave(trace, netns, result.packet, decision, { device: input.device.name, port: input.port });
}

/**
 * IPv4 asks the input device's `forwarding` (ip_route_input, IN_DEV_FORWARD), of which ip_forward is the switch for all;
 * IPv6 asks only `all` (ip6_forward).
 */
function forwardingDisabled(trace: Trace, netns: Netns, device: string, packet: Packet): Position | null {
  const ipv4 = packet.source.family === "IPv4";
  const own = `net.ipv4.conf.${device.replaceAll(".", "/")}.forwarding`;
  const names = ipv4 ? [own, "net.ipv4.ip_forward"] : ["net.ipv6.conf.all.forwarding"];
  const name = names.find((one) => sysctl(netns, one) !== null);
  if (name === undefined) {
    doubt(trace, "may-stop", `whether ${describeNetns(netns)} forwards ${packet.source.family} packets was not read`);
    return null;
  }
  if (sysctl(netns, name) !== "0") return null;
  return stopped({ kind: "forwarding-disabled", node: netns.node, sysctl: name }, [sysctlEvidence(netns, name, "0")]);
}

/** ip-sysctl, rp_filter: 1 (strict) drops a packet whose source is not routed back by the same device; the higher of all and device counts. */
function reversePath(trace: Trace, netns: Netns, device: Link, packet: Packet): Position | null {
  if (packet.source.family !== "IPv4") return null;
  const names = ["net.ipv4.conf.all.rp_filter", `net.ipv4.conf.${device.name.replaceAll(".", "/")}.rp_filter`];
  const values = names.map((name) => sysctl(netns, name));
  if (values.includes(null) || Math.max(...values.map(Number)) !== 1) return null;
  const back = lookupRoute(netns, {
    destination: packet.source,
    source: packet.destination,
    mark: packet.mark,
    inputDevice: device.name,
  });
  if (back.kind === "unknown") {
    doubt(trace, "may-stop", `strict rp_filter of ${device.name} on ${describeNetns(netns)}: ${back.reason}`);
    return null;
  }
  if (back.kind !== "route" || back.several || back.device === device.name || hasPolicyRouting(netns)) return null;
  const stop = {
    kind: "reverse-path-filtered",
    node: netns.node,
    pod: netns.pod,
    netns: netns.path,
    device: device.name,
    source: packet.source.text,
    route: routeText(back.route),
  } as const;
  const setting = names.map((name, index) => `${name} = ${values[index] ?? ""}`).join(", ");
  return stopped(stop, [sysctlEvidence(netns, "rp_filter", setting), routeEvidence(netns, back.route)]);
}

/** Rules beyond the three that every namespace has: which of them the reverse look-up takes depends on more than was read. */
function hasPolicyRouting(netns: Netns): boolean {
  return !netns.rules.known || netns.rules.value.filter(({ family }) => family === "IPv4").length > 3;
}
