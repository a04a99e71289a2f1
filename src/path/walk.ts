import type { Flow, Walk } from "../model/flow.ts";
import type { Address } from "../net/cidr.ts";
import { parseHost } from "./address.ts";
import { transmit } from "./egress.ts";
import { accept } from "./ingress.ts";
import { checkListening } from "./listening.ts";
import { sendLocally } from "./output.ts";
import { describePacket, replyTo } from "./packet.ts";
import { checkReply } from "./reply.ts";
import { planFlow } from "./service.ts";
import { startOf } from "./start.ts";
import type { Position, ServicePlan, Trace } from "./trace.ts";
import { decapsulate } from "./tunnel.ts";
import { conclude } from "./verdict.ts";
import type { World } from "./world.ts";

// A packet's time to live is 64 on Linux; each step here is at most one hop of it.
const MOST_STEPS = 64;

/**
 * Predicts what the cluster's Linux does with a flow's packet and with its answer: one walk per endpoint that a Service may choose,
 * at most 32. A walk is `stopped` only by a fact that it shows; what could not be read or evaluated makes it `unknown`. Never throws.
 */
export function walkFlow(flow: Flow, world: World): Walk[] {
  const destination = flow.to.ip === "" ? null : parseHost(flow.to.ip);
  if (destination === null) {
    const end: Position = { at: "unknown", reason: `\`${flow.to.ip}\` is not an address` };
    return [conclude(newTrace(world, null), end, flow.to.ip)];
  }
  const plans = planFlow(world, flow, destination, senderNode(flow, world));
  if (plans.kind === "ended") return [conclude(newTrace(world, null), plans.end, destination.text)];
  const each: readonly (ServicePlan | null)[] = plans.kind === "direct" ? [null] : plans.plans;
  const walks = each.map((plan) => walkOnce(flow, world, plan, destination)).filter(isFirstOfItsKind);
  const chosen = walks.filter(({ trace }) => !trace.notChosen);
  // Where the rules would choose none of them, all walks are the same.
  return (chosen.length > 0 ? chosen : walks.slice(0, 1)).map(({ walk }) => walk);
}

/** What takes the packet before the Service's rules see it (a sidecar, say) is the same whichever endpoint they would choose. */
function isFirstOfItsKind({ trace, walk }: Walked, index: number, all: readonly Walked[]): boolean {
  if (walk.destination === trace.plan?.endpointAddress.text) return true;
  return all.findIndex((other) => other.walk.destination === walk.destination) === index;
}

function senderNode(flow: Flow, world: World): string {
  if (flow.from.kind === "Pod") return flow.from.node;
  if (flow.from.kind === "Node") return flow.from.name;
  const address = flow.to.ip === "" ? null : parseHost(flow.to.ip);
  return address === null ? "" : (world.nodeAddresses.get(address.text)?.[0]?.netns.node ?? "");
}

function newTrace(world: World, plan: ServicePlan | null): Trace {
  return {
    world,
    plan,
    direction: "forward",
    notChosen: false,
    hops: [],
    doubts: [],
    evidence: [],
    redirected: null,
    sourceTranslated: null,
    programs: [],
    connections: new Map(),
    forwarded: new Map(),
  };
}

interface Walked {
  readonly trace: Trace;
  readonly walk: Walk;
}

function walkOnce(flow: Flow, world: World, plan: ServicePlan | null, destination: Address): Walked {
  const trace = newTrace(world, plan);
  return { trace, walk: thereAndBack(trace, flow, destination) };
}

function thereAndBack(trace: Trace, flow: Flow, destination: Address): Walk {
  const final = (trace.plan?.endpointAddress ?? destination).text;
  const start = startOf(trace, flow, destination);
  const end = follow(trace, start);
  if (end.at !== "delivered" && end.at !== "left") return conclude(trace, misled(trace, end) ?? end, final);
  const { packet } = end;
  const refused = end.at === "delivered" ? checkListening(trace, end.netns, packet) : misled(trace, end);
  if (refused !== null) return conclude(trace, misled(trace, refused) ?? refused, packet.destination.text);
  trace.direction = "reply";
  trace.forwarded.clear();
  const answer = replyStart(trace, end);
  const back = answer === null ? null : checkReply(trace, start, follow(trace, answer));
  if (back !== null) return conclude(trace, back, packet.destination.text);
  trace.direction = "forward";
  return conclude(trace, end, packet.destination.text);
}

/** A Service's packet that arrives nowhere because a rule sent it to where the Service is not: that rule is what stops it. */
function misled(trace: Trace, end: Position): Position | null {
  const { plan, redirected } = trace;
  if (redirected !== null) return end.at === "stopped" || end.at === "left" ? redirected : null;
  if (plan === null || plan.stale === null || end.at !== "stopped") return null;
  const { service, address, port, endpoint } = plan;
  const { node, evidence } = plan.stale;
  const stop = { kind: "stale-service-rule", node, service, address: address.text, port, endpoint } as const;
  return { at: "stopped", stop, evidence: [...evidence, ...end.evidence] };
}

/** Where the answer sets out; null where it comes from outside to an address that the outside may not know the way to. */
function replyStart(trace: Trace, end: Extract<Position, { at: "delivered" | "left" }>): Position | null {
  const packet = replyTo(end.packet);
  if (end.at === "delivered") return { at: "output", netns: end.netns, packet };
  const ownSource = end.netns.addresses.get(packet.destination.text) ?? [];
  if (!ownSource.some(({ name }) => name === end.device.name)) return null;
  const action = `${describePacket(packet)} comes back from outside`;
  trace.hops.push({ node: "", where: "wire", device: end.device.name, action, verdict: "passes", direction: "reply" });
  return { at: "ingress", netns: end.netns, device: end.device, nextHop: null, mac: null, packet };
}

/** Steps until the packet is delivered, has left, is stopped, or cannot be followed. */
function follow(trace: Trace, start: Position): Position {
  let position = start;
  for (let steps = 0; steps < MOST_STEPS; steps += 1) {
    switch (position.at) {
      case "output":
        position = sendLocally(trace, position.netns, position.packet);
        break;
      case "egress":
        position = transmit(trace, position);
        break;
      case "ingress":
        position = accept(trace, position);
        break;
      case "delivered":
        if (position.packet.inner === null) return position;
        position = decapsulate(trace, position.netns, position.packet.inner, position.packet.destination);
        break;
      default:
        return position;
    }
  }
  return { at: "unknown", reason: `the packet is still on its way after ${MOST_STEPS} steps` };
}
