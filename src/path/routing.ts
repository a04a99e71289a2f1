import type { Link } from "../model/node.ts";
import { type Address, cidrOf, includesAddress } from "../net/cidr.ts";
import { parseHost } from "./address.ts";
import { linkEvidence, noRouteEvidence, routeEvidence } from "./evidence.ts";
import { isDown } from "./link-state.ts";
import { deviceAddress } from "./netfilter/masquerade.ts";
import { describeNetns, type Netns } from "./netns.ts";
import type { Packet } from "./packet.ts";
import { lookupRoute, type RouteResult, routeText } from "./route-lookup.ts";
import { doubt, hop, type Position, stopped, type Trace, unknownAt } from "./trace.ts";

export type Decision =
  | Extract<RouteResult, { kind: "route" | "local" }>
  | { readonly kind: "ended"; readonly end: Position };

/** Decides where a packet goes from this namespace. No route, a refusing route and an unknown one end the walk. */
export function decideRoute(
  trace: Trace,
  netns: Netns,
  packet: Packet,
  from: { readonly source: Address | null; readonly inputDevice: string | null },
): Decision {
  const result = lookupRoute(netns, { destination: packet.destination, mark: packet.mark, ...from });
  switch (result.kind) {
    case "unknown":
      return { kind: "ended", end: unknownAt(result.reason) };
    case "none":
      return { kind: "ended", end: noRoute(netns, packet.destination) };
    case "refused":
      return { kind: "ended", end: refused(netns, packet.destination, result) };
    case "local":
      return result;
    case "route":
      hop(trace, netns, result.device, `route ${routeText(result.route)}`);
      if (result.several) {
        doubt(trace, "may-change", `${describeNetns(netns)} may use another next hop of ${routeText(result.route)}`);
      }
      return result;
  }
}

function noRoute(netns: Netns, destination: Address): Position {
  const down = downDeviceTowards(netns, destination) ?? onlyDeviceDown(netns);
  const evidence = [noRouteEvidence(netns, destination)];
  if (down !== null) return downInsteadOfRoute(netns, down, evidence);
  const { node, pod } = netns;
  return stopped({ kind: "no-route", node, pod, destination: destination.text }, evidence);
}

function refused(netns: Netns, destination: Address, result: Extract<RouteResult, { kind: "refused" }>): Position {
  const { route, type } = result;
  const { node, pod, path } = netns;
  const stop = {
    kind: "route-refuses",
    node,
    pod,
    netns: path,
    destination: destination.text,
    route: routeText(route),
    type,
    protocol: route.protocol,
  } as const;
  return stopped(stop, [routeEvidence(netns, route)]);
}

export function downInsteadOfRoute(
  netns: Netns,
  device: Link,
  evidence: readonly ReturnType<typeof linkEvidence>[],
): Position {
  const stop = { kind: "link-down", node: netns.node, pod: netns.pod, netns: netns.path, device: device.name } as const;
  return stopped(stop, [linkEvidence(netns, device), ...evidence]);
}

/** A device that is down and whose subnet holds the address: the kernel removes the routes of such a device (fib_disable_ip). */
export function downDeviceTowards(netns: Netns, destination: Address): Link | null {
  if (!netns.links.known) return null;
  const found = netns.links.value.find(
    (link) => !link.up && subnetsOf(link).some((cidr) => includesAddress(cidr, destination)),
  );
  return found ?? null;
}

/** A Pod's one device, if it is down. */
function onlyDeviceDown(netns: Netns): Link | null {
  if (netns.pod === null || !netns.links.known) return null;
  const devices = netns.links.value.filter(({ name, kind }) => name !== "lo" && kind === "veth");
  return devices.length > 0 && devices.every(isDown) ? (devices[0] ?? null) : null;
}

function subnetsOf(link: Link): readonly NonNullable<ReturnType<typeof cidrOf>>[] {
  return link.addresses.flatMap(({ address, prefixLength }) => {
    const host = parseHost(address);
    const cidr = host === null ? null : cidrOf(host, prefixLength);
    return cidr === null ? [] : [cidr];
  });
}

/** The source address that the kernel gives to what this namespace sends by a route (ip-route(8), src; else the device's). */
export function sourceFor(
  netns: Netns,
  decision: Extract<Decision, { kind: "route" | "local" }>,
  towards: Address,
): Address | null {
  const preferred = decision.route.source === null ? null : parseHost(decision.route.source);
  if (preferred !== null) return preferred;
  if (decision.kind === "local") return towards;
  return deviceAddress(netns, decision.device, decision.gateway ?? towards);
}
