import type { Captures } from "../../model/capture.ts";
import { known, type Learned, unknown } from "../../model/learned.ts";
import type { KernelDrop, RuleTrace, Sighting, Watched, Way, Witness } from "../../model/witness.ts";
import { textOf } from "../node/section.ts";
import { decapsulated, type Encapsulation, type IpPacket, readIpPacket } from "./ip-packet.ts";
import { readKernelEvents } from "./kernel-events.ts";
import { MarkedFlow } from "./marked.ts";
import { readNftTrace, type TracedPacket } from "./nft-trace.ts";
import { type CapturedPacket, readPcap } from "./pcap.ts";
import { readPlan, type WatchedPlan } from "./plan-capture.ts";

/** Everything that was seen of the marked flow. Unknown where none was followed; a namespace that could not be watched is unknown by itself. */
export function readWitness(captures: Captures): Learned<Witness> {
  const text = captures.get("witness/plan")?.result ?? unknown("not-collected", "no packet was followed");
  if (!text.known) return text;
  const read = readPlan(text.value);
  if (!read.known) return read;
  const plan = read.value;
  const flow = new MarkedFlow(plan.mark);
  const parts = plan.targets.map((target) => readTarget(captures, plan, target, flow));
  const sightings = parts.flatMap((part) => part.sightings);
  const nodes = [...new Set(plan.targets.map(({ place }) => place.node))];
  const kernel = nodes.map((node) => ({ node, ...readDrops(captures, node, sightings) }));
  return known({
    mark: plan.mark,
    sent: textOf(captures, "witness/sent"),
    watched: parts.map(({ watched }) => watched),
    sightings,
    traces: parts.flatMap(({ packets, target }) => readTraces(packets, target, flow, sightings)),
    drops: kernel.flatMap(({ drops }) => drops),
    dropsUnknown: new Map(kernel.flatMap(({ node, why }) => (why === null ? [] : [[node, why] as const]))),
  });
}

type Target = WatchedPlan["targets"][number];

interface TargetParts {
  readonly target: Target;
  readonly watched: Watched;
  readonly sightings: readonly Sighting[];
  readonly packets: readonly TracedPacket[];
}

function readTarget(captures: Captures, plan: WatchedPlan, target: Target, flow: MarkedFlow): TargetParts {
  const { place, name } = target;
  const session = captures.get(`witness/${place.node}/session`)?.result;
  const part = (section: string): Learned<string> =>
    captures.get(`witness/${place.node}/${name}/${section}`)?.result ??
    (session === undefined || session.known ? unknown("not-collected", "the Node's answer lacks it") : session);
  const base64 = part("pcap");
  const packets = base64.known ? readPcap(base64.value) : base64;
  const trace = part("trace");
  const chains = part("chains");
  return {
    target,
    watched: {
      place,
      captured: packets.known
        ? known({ packets: packets.value.length, full: packets.value.length >= plan.count || lost(part("pcap-said")) })
        : packets,
      traced: trace.known ? known({ lines: trace.value.split("\n").filter((line) => line !== "").length }) : trace,
    },
    sightings: packets.known ? sightingsOf(packets.value, target, flow) : [],
    packets: trace.known ? readNftTrace(trace.value, chains.known ? chains.value : "") : [],
  };
}

/** tcpdump says at its end how many packets the kernel had no room for. */
const lost = (said: Learned<string>): boolean =>
  said.known && /^[1-9]\d* packets? dropped by kernel$/m.test(said.value);

function sightingsOf(packets: readonly CapturedPacket[], target: Target, flow: MarkedFlow): readonly Sighting[] {
  const vxlanPorts = vxlanPortsOf(target.rules);
  return packets.flatMap((captured) => {
    const outer = readIpPacket(captured.bytes);
    if (outer === null) return [];
    const inner = decapsulated(outer, vxlanPorts);
    const packet = inner?.packet ?? outer;
    const marked = flow.recognise(packet);
    return marked === null ? [] : [sighting(captured, target, packet, marked, inner?.tunnel ?? null, outer.totalBytes)];
  });
}

/** The plan's own rules name the tunnels' ports. */
const vxlanPortsOf = (rules: string): ReadonlySet<number> =>
  new Set([...rules.matchAll(/ udp dport (\d+) @th/g)].map(([, port]) => Number(port)));

function sighting(
  { atMicros, deviceIndex, direction }: CapturedPacket,
  { place, devices }: Target,
  packet: IpPacket,
  marked: Pick<Sighting, "way" | "what" | "refusal">,
  tunnel: Encapsulation | null,
  bytes: number,
): Sighting {
  return {
    place,
    device: devices.get(deviceIndex) ?? `device ${deviceIndex}`,
    direction,
    ...marked,
    atMicros,
    source: end(packet.source, packet.sourcePort),
    destination: end(packet.destination, packet.destinationPort),
    tunnel,
    bytes,
  };
}

function end(address: string, port: number | null): string {
  if (port === null) return address;
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

function readTraces(
  packets: readonly TracedPacket[],
  { place, rules }: Target,
  flow: MarkedFlow,
  sightings: readonly Sighting[],
): readonly RuleTrace[] {
  const vxlanPorts = vxlanPortsOf(rules);
  const tunnels = sightings.flatMap(({ tunnel, way }) => (tunnel === null ? [] : [{ ...tunnel, way }]));
  return packets.map((packet) => {
    const outer = packet.protocol === "udp" && vxlanPorts.has(packet.destinationPort ?? 0);
    const { inputDevice, outputDevice, steps } = packet;
    return { place, way: wayOf(packet), outer, inputDevice, outputDevice, steps };
  });

  function wayOf(packet: TracedPacket): Way {
    const known = flow.wayOf(packet);
    if (known !== null) return known;
    const tunnel = tunnels.find(
      ({ source, destination }) => source === packet.source && destination === packet.destination,
    );
    if (tunnel !== undefined && packet.protocol === "udp") return tunnel.way;
    if (packet.icmpType !== "") return packet.icmpType === "echo-reply" ? "reply" : "forward";
    if (packet.protocol === "tcp" && packet.tcpFlags !== "syn") return "reply";
    return "forward";
  }
}

/** Of all packets of that size that the Node dropped, those whose last devices are devices at which the flow was seen. */
function readDrops(
  captures: Captures,
  node: string,
  sightings: readonly Sighting[],
): { readonly drops: readonly KernelDrop[]; readonly why: string | null } {
  const text = textOf(captures, `witness/${node}/kernel`);
  if (!text.known) return { drops: [], why: text.detail || text.reason };
  const own = new Set(sightings.flatMap(({ place, device }) => (place.node === node ? [device] : [])));
  const near = readKernelEvents(text.value).filter(({ devices }) => own.has(devices.at(-1) ?? ""));
  return { drops: near.map((freed) => ({ node, ...freed })), why: null };
}
