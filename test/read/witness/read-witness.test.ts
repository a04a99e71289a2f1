import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Capture } from "../../../src/model/capture.ts";
import { known, type Learned, unknown } from "../../../src/model/learned.ts";
import { readWitness } from "../../../src/read/witness/read-witness.ts";

const recorded = (name: string): string => readFileSync(join(import.meta.dirname, "recorded", name), "utf8");

/** Two Nodes, a Pod on each, one TCP connection with MSS 777 from port 1077 through VXLAN: recorded in the lab. */
const places = [
  { node: "node1", name: "pod0", where: "pod", pod: "shop/client", file: "node1-pod", devices: [[2, "eth0"]] },
  { node: "node1", name: "node1", where: "node", pod: null, file: "node1-node", devices: [] },
  { node: "node2", name: "node2", where: "node", pod: null, file: "node2-node", devices: [] },
  { node: "node2", name: "pod3", where: "pod", pod: "shop/web", file: "node2-pod", devices: [[2, "eth0"]] },
] as const;
const mark = {
  protocol: "tcp",
  family: "IPv4",
  run: "abc",
  sourcePort: 1077,
  segmentBytes: 777,
  payload: null,
} as const;
const plan = {
  flow: "f",
  mark,
  count: 200,
  targets: places.map(({ node, name, where, pod, devices }) => ({
    name,
    place: { node, where, pod },
    rules: "add rule inet netdoctor_abc before udp dport 8472 @th,560,32 0x02040309 meta nftrace set 1",
    devices,
  })),
};

function capturesWith(changes: Readonly<Record<string, Learned<string> | null>> = {}): ReadonlyMap<string, Capture> {
  const texts: Record<string, Learned<string> | null> = {
    "witness/plan": known(JSON.stringify(plan)),
    "witness/sent": known(""),
    ...Object.fromEntries(
      places.flatMap(({ node, name, file, where }) => [
        [`witness/${node}/${name}/pcap`, known(recorded(`${file}.pcap.base64`))],
        [`witness/${node}/${name}/trace`, known(where === "node" ? recorded(`${file}.trace`) : "")],
      ]),
    ),
    "witness/node1/kernel": known(""),
    "witness/node2/kernel": known(""),
    ...changes,
  };
  return new Map(
    Object.entries(texts).flatMap(([id, result]) =>
      result === null ? [] : [[id, { id, command: "", takenAt: "2026-01-01T00:00:00Z", result }] as const],
    ),
  );
}

function witnessOf(changes?: Parameters<typeof capturesWith>[0]) {
  const read = readWitness(capturesWith(changes));
  if (!read.known) throw new Error(read.detail);
  return read.value;
}

describe("the witness of one connection", () => {
  test("has every device that saw it, there and back, inside and outside the tunnel", () => {
    const { sightings } = witnessOf();
    const line = sightings.map(
      ({ place, way, direction, what, tunnel }) =>
        `${place.pod ?? place.node} ${direction} ${way} ${what}${tunnel === null ? "" : ` ${tunnel.kind}`}`,
    );
    expect(line.filter((text) => text.includes("forward") && !text.startsWith("node2 out"))).toEqual([
      "shop/client out forward SYN",
      "node1 in forward SYN",
      "node1 in forward SYN",
      "node1 out forward SYN",
      "node1 out forward SYN vxlan",
      "node2 in forward SYN vxlan",
      "node2 in forward SYN",
      "shop/web in forward SYN",
    ]);
    expect(line.filter((text) => text.includes("reply"))).toContain("shop/client in reply SYN+ACK");
    expect(sightings[0]).toMatchObject({
      source: "10.244.0.2:1077",
      destination: "10.244.1.4:8080",
      device: "eth0",
      bytes: 60,
    });
    expect(sightings.every(({ refusal }) => !refusal)).toBe(true);
  });

  test("has the kernel's steps through the rules, without those of its own table", () => {
    const { traces } = witnessOf();
    const forward = traces.find(
      ({ way, inputDevice, outputDevice }) =>
        way === "forward" && inputDevice === "cni0" && outputDevice === "flannel.1",
    );
    expect(forward?.steps.at(-1)).toMatchObject({
      table: "filter",
      chain: "FLANNEL-FWD",
      verdict: "accept",
      rule: expect.stringContaining("ip saddr 10.244.0.0/16"),
    });
    expect(traces.some(({ outer }) => outer)).toBe(true);
    expect(traces.some(({ way }) => way === "reply")).toBe(true);
    expect(traces.flatMap(({ steps }) => steps).some(({ table }) => table.startsWith("netdoctor_"))).toBe(false);
  });

  test("says of a namespace that was not watched why, and keeps the rest", () => {
    const { watched, sightings } = witnessOf({
      "witness/node2/node2/pcap": null,
      "witness/node2/pod3/pcap": null,
      "witness/node2/session": unknown("forbidden", "exec is not allowed"),
    });
    expect(watched.map(({ captured }) => (captured.known ? "watched" : captured.detail))).toEqual([
      "watched",
      "watched",
      "exec is not allowed",
      "exec is not allowed",
    ]);
    expect(sightings.some(({ place }) => place.node === "node1")).toBe(true);
  });

  test("calls a capture full where tcpdump lost packets or took as many as it may", () => {
    const said = { "witness/node1/node1/pcap-said": known("19 packets captured\n7 packets dropped by kernel\n") };
    const full = witnessOf(said).watched.map(({ captured }) => captured.known && captured.value.full);
    expect(full).toEqual([false, true, false, false]);
  });

  test("names the reason of a drop only at a device where the flow was seen", () => {
    const devices = plan.targets.map((target) => ({
      ...target,
      devices: [
        [2, "eth0"],
        [4, "veth1"],
      ],
    }));
    const lines = [
      "  a-1 [000] ..s1. 1.000001: net_dev_queue: dev=eth0 skbaddr=00000000aa len=74",
      "  a-1 [000] ..s1. 1.000002: netif_receive_skb: dev=eth0 skbaddr=00000000aa len=60",
      "  a-1 [000] ..s1. 1.000003: kfree_skb: skbaddr=00000000aa rx_sk=0 protocol=2048 location=ip_rcv_finish_core+0x1/0x2 reason: IP_RPFILTER",
      "  a-1 [000] ..s1. 1.000004: net_dev_queue: dev=other skbaddr=00000000bb len=74",
      "  a-1 [000] ..s1. 1.000005: kfree_skb: skbaddr=00000000bb rx_sk=0 protocol=2048 location=x+0x1/0x2 reason: TC_EGRESS",
    ].join("\n");
    const { drops } = witnessOf({
      "witness/plan": known(JSON.stringify({ ...plan, targets: devices })),
      "witness/node1/kernel": known(lines),
    });
    expect(drops).toEqual([
      { node: "node1", reason: "IP_RPFILTER", location: "ip_rcv_finish_core", devices: ["eth0"] },
    ]);
  });

  test("is unknown with the reason where no packet was followed, or the plan is none", () => {
    expect(readWitness(new Map())).toMatchObject({ known: false, reason: "not-collected" });
    expect(readWitness(capturesWith({ "witness/plan": known("{}") }))).toMatchObject({
      known: false,
      reason: "unparsable",
    });
  });

  test("takes any bytes for a capture without throwing", () => {
    const whole = recorded("node1-node.pcap.base64");
    for (let end = 0; end < whole.length; end += 37) {
      const read = readWitness(capturesWith({ "witness/node1/node1/pcap": known(whole.slice(0, end)) }));
      expect(read.known).toBe(true);
    }
    const { watched } = witnessOf({ "witness/node1/node1/pcap": known("not base64!") });
    expect(watched[1]?.captured).toMatchObject({ known: false, reason: "unparsable" });
  });
});
