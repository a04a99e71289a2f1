import { noteConnection, openConnection } from "./connection.ts";
import type { HookContext, HookName } from "./netfilter/context.ts";
import { runHook } from "./netfilter/hook.ts";
import { describeNetns, type Netns } from "./netns.ts";
import type { Packet } from "./packet.ts";
import { type Decision, decideRoute } from "./routing.ts";
import { checkTranslation } from "./service-translation.ts";
import { hop, type Position, type Trace, unknownAt } from "./trace.ts";

interface Devices {
  readonly inputDevice?: string | null;
  readonly outputDevice?: string | null;
  readonly inputPort?: string | null;
  readonly outputPort?: string | null;
  readonly bridged?: boolean;
}

export function hookContext(trace: Trace, netns: Netns, hook: HookName, devices: Devices): HookContext {
  const { inputDevice = null, outputDevice = null, inputPort = null, outputPort = null, bridged = false } = devices;
  return { netns, hook, inputDevice, outputDevice, inputPort, outputPort, bridged, choice: trace.plan };
}

/** A packet that this namespace sends: route, OUTPUT, route again if it was translated or marked, POSTROUTING. */
export function sendLocally(trace: Trace, netns: Netns, packet: Packet): Position {
  const from = { source: packet.source, inputDevice: null };
  const first = decideRoute(trace, netns, packet, from);
  if (first.kind === "ended") return first.end;
  openConnection(trace, netns, packet);
  const outputDevice = deviceOf(first);
  const output = runHook(trace, hookContext(trace, netns, "OUTPUT", { outputDevice }), packet);
  if (output.at === "stopped") return missingRule(trace, netns, packet) ?? output;
  const translated = checkTranslation(trace, netns, output.packet);
  if (translated.at !== "passes") return translated;
  const { packet: sent } = translated;
  // ip_route_me_harder: rules that change address or mark make the kernel route once more.
  const changed = sent.destination.text !== packet.destination.text || sent.mark.value !== packet.mark.value;
  const decision = changed ? decideRoute(trace, netns, sent, from) : first;
  if (decision.kind === "ended") return decision.end;
  return leave(trace, netns, sent, decision, null);
}

/** A Service that kube-proxy holds to have no endpoint is rejected in the same hook: what is wrong is that its rules lack it. */
function missingRule(trace: Trace, netns: Netns, packet: Packet): Position | null {
  const checked = trace.plan === null ? null : checkTranslation(trace, netns, packet);
  return checked?.at === "stopped" ? checked : null;
}

const deviceOf = (decision: Exclude<Decision, { kind: "ended" }>): string =>
  decision.kind === "local" ? "lo" : decision.device;

/** POSTROUTING and out of the device that the route names; over lo if the destination is this namespace. */
export function leave(
  trace: Trace,
  netns: Netns,
  packet: Packet,
  decision: Exclude<Decision, { kind: "ended" }>,
  input: { readonly device: string; readonly port: string | null } | null,
): Position {
  const outputDevice = deviceOf(decision);
  const device = netns.linksByName.get(outputDevice);
  if (device === undefined) {
    return unknownAt(`device ${outputDevice} of a route is not among the devices of ${describeNetns(netns)}`);
  }
  const context = hookContext(trace, netns, "POSTROUTING", { outputDevice, inputPort: input?.port ?? null });
  const result = runHook(trace, context, packet);
  if (result.at === "stopped") return result;
  noteConnection(trace, netns, result.packet);
  if (decision.kind === "local") {
    hop(trace, netns, "lo", "local");
    return { at: "ingress", netns, device, nextHop: null, mac: null, packet: result.packet };
  }
  const nextHop = decision.gateway ?? result.packet.destination;
  return {
    at: "egress",
    netns,
    device,
    nextHop,
    route: decision.route,
    packet: result.packet,
    fromPort: input?.port ?? null,
  };
}
