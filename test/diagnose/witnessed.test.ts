import { describe, expect, test } from "vitest";
import { packetLost } from "../../src/diagnose/packet-lost.ts";
import { locate } from "../../src/diagnose/witnessed.ts";
import type { Flow, Hop, Walk } from "../../src/model/flow.ts";
import { known, unknown } from "../../src/model/learned.ts";
import type { RuleTrace, Sighting, Watched, Witness, WitnessPlace } from "../../src/model/witness.ts";

const client: WitnessPlace = { node: "node1", where: "pod", pod: "shop/client" };
const node1: WitnessPlace = { node: "node1", where: "node", pod: null };
const node2: WitnessPlace = { node: "node2", where: "node", pod: null };
const server: WitnessPlace = { node: "node2", where: "pod", pod: "shop/web" };

const watched = (place: WitnessPlace, captured: Watched["captured"] = known({ packets: 1, full: false })): Watched => ({
  place,
  captured,
  traced: known({ lines: 0 }),
});
let clock = 0;
const saw = (place: WitnessPlace, device: string, direction: "in" | "out", more: Partial<Sighting> = {}): Sighting => ({
  place,
  device,
  direction,
  way: "forward",
  atMicros: ++clock,
  source: "10.0.1.1:20001",
  destination: "10.0.2.2:8080",
  tunnel: null,
  what: "SYN",
  refusal: false,
  bytes: 60,
  ...more,
});
const witnessWith = (changes: Partial<Witness>): Witness => ({
  mark: { protocol: "tcp", family: "IPv4", run: "r", sourcePort: 20_001, segmentBytes: 777, payload: null },
  sent: known("no answer"),
  watched: [client, node1, node2, server].map((place) => watched(place)),
  sightings: [],
  traces: [],
  drops: [],
  dropsUnknown: new Map(),
  ...changes,
});
const hop = (node: string, where: Hop["where"], device: string): Hop => ({
  node,
  where,
  device,
  action: "",
  verdict: "passes",
});
const walk: Walk = {
  verdict: "passes",
  direction: "forward",
  destination: "10.0.2.2",
  hops: [
    hop("node1", "pod", "eth0"),
    hop("node1", "node", "flannel.1"),
    hop("node1", "node", "eth0"),
    hop("", "wire", "eth0"),
    hop("node2", "node", "eth0"),
    hop("node2", "node", "flannel.1"),
    hop("node2", "node", "veth9"),
    hop("node2", "pod", ""),
  ],
  stop: null,
  evidence: [],
  unknown: null,
};
const left = [saw(client, "eth0", "out"), saw(node1, "veth1", "in"), saw(node1, "cni0", "in")];
const drop: RuleTrace = {
  place: node1,
  way: "forward",
  outer: false,
  inputDevice: "cni0",
  outputDevice: null,
  steps: [
    {
      family: "ip",
      table: "raw",
      chain: "PREROUTING",
      handle: 4,
      number: 2,
      rule: "tcp dport 8080 drop",
      verdict: "drop",
    },
  ],
};

describe("where a followed packet was lost", () => {
  test("lies between the last device that saw it and the next of the predicted walk", () => {
    const located = locate([walk], witnessWith({ sightings: left }));
    expect(located).toMatchObject({ verdict: "lost", way: "forward", rule: null, reason: null });
    expect(located.lastSeen).toMatchObject({ node: "node1", device: "cni0", direction: "in" });
    expect(located.nextExpected).toMatchObject({ node: "node1", device: "flannel.1" });
    expect(located.text).toBe(
      "the packet was last seen on node1, coming in by cni0, and never reached flannel.1 on node1",
    );
  });

  test("is named by the rule that the kernel's trace ends at", () => {
    const located = locate([walk], witnessWith({ sightings: left, traces: [drop] }));
    expect(located.rule).toMatchObject({ table: "raw", chain: "PREROUTING", number: 2 });
    expect(located.text).toContain("it was dropped on node1 in ip raw PREROUTING rule 2 (tcp dport 8080 drop)");
  });

  test("has the kernel's reason only of packets that came the same way, and only where it is one reason", () => {
    const freed = (reason: string, ...devices: string[]) => ({ node: "node1", reason, location: "f", devices });
    const mine = freed("TC_INGRESS", "eth0", "veth1", "cni0");
    const other = freed("NO_SOCKET", "veth7", "cni0");
    expect(locate([walk], witnessWith({ sightings: left, drops: [mine, other] })).reason).toBe("TC_INGRESS in f");
    const twice = [mine, freed("QDISC_DROP", "veth1", "cni0")];
    expect(locate([walk], witnessWith({ sightings: left, drops: twice })).reason).toBeNull();
  });

  test("is told by the try that got farthest", () => {
    const second = [saw(client, "eth0", "out"), saw(node1, "veth1", "in")];
    const located = locate([walk], witnessWith({ sightings: [...left, ...second] }));
    expect(located.lastSeen).toMatchObject({ device: "cni0" });
  });

  test("is the wire where it left one Node and the other's devices did not see it", () => {
    const sightings = [...left, saw(node1, "flannel.1", "out"), saw(node1, "eth0", "out")];
    const located = locate([walk], witnessWith({ sightings }));
    expect(located.text).toBe("the packet was last seen on node1, leaving by eth0, and never reached eth0 on node2");
  });

  test("is unknown where the next namespace could not be watched", () => {
    const sightings = [...left, saw(node1, "eth0", "out")];
    const places = [watched(client), watched(node1), watched(node2, unknown("no-tool", "no tcpdump")), watched(server)];
    const located = locate([walk], witnessWith({ sightings, watched: places }));
    expect(located.verdict).toBe("unknown");
    expect(located.text).toContain("could not be watched: node2: no tcpdump");
    const full = [
      watched(client),
      watched(node1),
      watched(node2, known({ packets: 400, full: true })),
      watched(server),
    ];
    expect(locate([walk], witnessWith({ sightings, watched: full })).verdict).toBe("unknown");
  });

  test("is on the way back where the server answered", () => {
    const answer = { way: "reply" as const, what: "SYN+ACK" };
    const sightings = [
      ...left,
      saw(server, "eth0", "in"),
      saw(server, "eth0", "out", answer),
      saw(node2, "veth9", "in", answer),
    ];
    const located = locate([walk], witnessWith({ sightings }));
    expect(located).toMatchObject({ verdict: "lost", way: "reply" });
    expect(located.text).toMatch(/^the answer was last seen on node2, coming in by veth9/);
  });

  test("is nowhere where the sender was answered, whatever a trace says of another try", () => {
    const located = locate([walk], witnessWith({ sightings: left, traces: [drop], sent: known("") }));
    expect(located).toMatchObject({ verdict: "arrived", rule: null, reason: null });
  });

  test("is a refusal where one came back", () => {
    const refusal = saw(node2, "cni0", "out", { way: "reply", what: "port unreachable from 10.0.2.1", refusal: true });
    const located = locate([walk], witnessWith({ sightings: [...left, refusal] }));
    expect(located.text).toBe("the packet was refused: port unreachable from 10.0.2.1, first seen on node2 by cni0");
  });

  test("is the sender's own namespace where no device saw it", () => {
    const traces = [{ ...drop, place: client }];
    expect(locate([walk], witnessWith({ traces })).text).toContain(
      "dropped before it left by a device: it was dropped on node1, in Pod shop/client",
    );
    expect(locate([walk], witnessWith({})).verdict).toBe("not-sent");
  });
});

describe("packet-lost-on-node", () => {
  const flow: Flow = {
    id: "f",
    purpose: "pod-to-pod",
    from: { kind: "IP", ip: "10.0.1.1" },
    to: { kind: "IP", ip: "10.0.2.2" },
    protocol: "tcp",
    port: 8080,
    packetBytes: null,
    dns: null,
  };
  const observed = unknown("not-collected", "");
  const flows = [
    { flow, predicted: [walk], observed },
    { flow: { ...flow, id: "g", port: 9090 }, predicted: [walk], observed },
  ];
  const seen = (witness: Witness) => ({
    flow: "f",
    added: [],
    witness: known(witness),
    located: locate([walk], witness),
  });
  const lost = seen(witnessWith({ sightings: left }));

  test("stands at the Node that lost the packet and explains the failing flows between these ends", () => {
    const [finding, ...more] = packetLost(lost, flows, new Set(["f", "g"]), new Set());
    expect(more).toEqual([]);
    expect(finding).toMatchObject({
      id: "packet-lost-on-node",
      subject: { kind: "Node", name: "node1" },
      confidence: "proven",
    });
    expect(finding?.explains).toEqual(["f", "g"]);
    expect(finding?.params).toMatchObject({ other: "", device: "cni0" });
  });

  test("names the Node that the packet did not reach", () => {
    const wire = seen(witnessWith({ sightings: [...left, saw(node1, "eth0", "out")] }));
    expect(packetLost(wire, flows, new Set(["f"]), new Set())[0]?.params).toMatchObject({ other: "node2" });
  });

  test("is not raised of a flow that passes, that another finding explains, or that could not be watched", () => {
    expect(packetLost(lost, flows, new Set(), new Set())).toEqual([]);
    expect(packetLost(lost, flows, new Set(["f"]), new Set(["f"]))).toEqual([]);
    expect(packetLost(seen(witnessWith({ sent: known("") })), flows, new Set(["f"]), new Set())).toEqual([]);
    const blind = witnessWith({ watched: [client, node1].map((place) => watched(place, unknown("no-tool", ""))) });
    expect(packetLost(seen(blind), flows, new Set(["f"]), new Set())).toEqual([]);
    expect(packetLost(null, flows, new Set(["f"]), new Set())).toEqual([]);
  });
});
