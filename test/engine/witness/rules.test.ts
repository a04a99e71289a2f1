import { describe, expect, test } from "vitest";
import { captureFilter } from "../../../src/engine/witness/filter.ts";
import { markBytes, markFor, payloadText } from "../../../src/engine/witness/mark.ts";
import { traceRules } from "../../../src/engine/witness/rules.ts";
import { parseAddress } from "../../../src/net/cidr.ts";

const address = (text: string) => {
  const parsed = parseAddress(text);
  if (parsed === null) throw new Error(text);
  return parsed;
};

describe("the mark of a flow", () => {
  test("is the same for the same run, and differs between runs", () => {
    expect(markFor("a1b2c3d4", "tcp", "IPv4", new Set())).toEqual(markFor("a1b2c3d4", "tcp", "IPv4", new Set()));
    const ports = new Set(
      Array.from({ length: 50 }, (_, run) => markFor(`run${run}`, "tcp", "IPv4", new Set()).sourcePort),
    );
    expect(ports.size).toBeGreaterThan(45);
  });

  test("keeps out of the ephemeral ports, the NodePorts, and ports in use", () => {
    for (let run = 0; run < 300; run += 1) {
      const { sourcePort, segmentBytes } = markFor(`run${run}`, "tcp", "IPv4", new Set());
      expect(sourcePort).toBeGreaterThanOrEqual(20_000);
      expect(sourcePort).toBeLessThan(30_000);
      // Below what any link with IPv6's least MTU of 1280 offers.
      expect(segmentBytes).toBeLessThan(1220);
      expect(segmentBytes).toBeGreaterThan(536);
    }
    const { sourcePort } = markFor("run", "udp", "IPv4", new Set());
    expect(markFor("run", "udp", "IPv4", new Set([sourcePort ?? 0])).sourcePort).not.toBe(sourcePort);
  });

  test("of UDP and ICMP is eight letters, which the payload begins with", () => {
    expect(payloadText("a1b2c3d4")).toBe("nda1b2c3");
    expect(markBytes(markFor("a1b2c3d4", "udp", "IPv4", new Set()))).toEqual({ offset: 8, hex: "6e64613162326333" });
    expect(markBytes(markFor("a1b2c3d4", "icmp", "IPv4", new Set())).offset).toBe(24);
  });
});

describe("the trace rules", () => {
  const mark = {
    protocol: "tcp",
    family: "IPv4",
    run: "abc",
    sourcePort: 20_001,
    segmentBytes: 777,
    payload: null,
  } as const;

  test("make one table of the run's name that its process owns, and decide nothing", () => {
    const lines = traceRules(mark, [8472]).split("\n");
    expect(lines[0]).toBe("add table inet netdoctor_abc { flags owner; }");
    expect(lines.every((line) => / (?:table|set|chain|rule) inet netdoctor_abc/.test(line))).toBe(true);
    expect(lines.join("\n")).not.toMatch(/\b(?:drop|accept|reject|counter|mark set|dnat|snat|policy|notrack)\b/);
  });

  test("match the marked SYN, its answers, and both inside VXLAN of the Node's own port", () => {
    const text = traceRules(mark, [4789]);
    expect(text).toContain(
      "tcp flags & (syn | ack) == syn tcp option maxseg size 777 add @seen { ip saddr . tcp sport } meta nftrace set 1",
    );
    expect(text).toContain("tcp flags & (syn | rst) != 0 ip daddr . tcp dport @seen meta nftrace set 1");
    // 8 + 8 + 14 bytes of UDP, VXLAN and Ethernet, 20 of IPv4, 20 of TCP before its options
    expect(text).toContain("udp dport 4789 @th,560,32 0x02040309 meta nftrace set 1");
    expect(traceRules(mark, [])).not.toContain("udp");
  });

  test("of ping match the payload both ways", () => {
    const ping = {
      ...mark,
      protocol: "icmp",
      sourcePort: null,
      segmentBytes: null,
      payload: "6e64613162326333",
    } as const;
    expect(traceRules(ping, [])).toContain("meta l4proto icmp @th,192,64 0x6e64613162326333 meta nftrace set 1");
    expect(traceRules({ ...ping, family: "IPv6" }, [])).toContain("meta l4proto ipv6-icmp @th,192,64");
  });
});

describe("the capture filter", () => {
  test("holds numbers and the grammar of pcap-filter only, whatever the destination", () => {
    for (const [family, to] of [
      ["IPv4", "10.244.1.4"],
      ["IPv6", "fd00::4"],
    ] as const) {
      for (const protocol of ["tcp", "udp", "icmp"] as const) {
        const mark = markFor("abc", protocol, family, new Set());
        const filter = captureFilter({ mark, destinations: [address(to)], vxlanPorts: [8472], ipip: true });
        expect(filter).toMatch(/^(?:ip6?|tcp|udp|icmp6?|and|or|port|proto|0x[0-9a-f]+|[0-9]+|[()[\]:=&!<> ])+$/);
        expect(filter.split("(").length).toBe(filter.split(")").length);
      }
    }
  });

  test("finds the mark at its place in the packet and in the tunnel", () => {
    const mark = {
      protocol: "tcp",
      family: "IPv4",
      run: "abc",
      sourcePort: 20_001,
      segmentBytes: 777,
      payload: null,
    } as const;
    const filter = captureFilter({ mark, destinations: [address("10.244.1.4")], vxlanPorts: [8472], ipip: false });
    expect(filter).toContain("ip[40:4] = 0x02040309");
    expect(filter).toContain("udp[70:4] = 0x02040309");
    expect(filter).toContain("icmp[24:4] = 0x0af40104");
  });
});
