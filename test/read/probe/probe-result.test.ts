import { describe, expect, test } from "vitest";
import { known, unknown } from "../../../src/model/learned.ts";
import { joinRounds, readProbe } from "../../../src/read/probe/probe-result.ts";
import { growth, linear } from "../../support/growth.ts";
import { flowOf, resultOf } from "./flow-of.ts";

const socat = (message: string): string => `2026/01/02 03:04:05 socat[4711] E ${message}|`;
const pinged = (answer: string): string =>
  `PING 10.244.2.3 (10.244.2.3) 56(84) bytes of data.|${answer}|--- 10.244.2.3 ping statistics ---|1 packets transmitted, 0 received, +1 errors, 100% packet loss, time 0ms|`;

describe("socat's words", () => {
  test.each([
    ["connect(6, AF=2 10.244.2.3:81, 16): Connection refused", "refused"],
    ["connecting to AF=2 10.244.2.3:81: Connection timed out", "timeout"],
    ["connect(5, AF=2 10.244.2.3:81, 16): No route to host", "no-route"],
    ["connect(5, AF=2 10.244.2.3:81, 16): Network is unreachable", "no-network"],
    ["connect(5, AF=2 10.244.2.3:81, 16): Permission denied", "prohibited"],
    ["connect(5, AF=2 10.244.2.3:81, 16): Operation not permitted", "prohibited"],
    ["read(5, 0x55e3e65c9000, 8192): Connection reset by peer", "reset"],
    ["read(5, 0x55e3e65c9000, 8192): Connection refused", "refused"],
    ["connect(5, AF=10 [fd00:0010:0244:0002:0000:0000:0000:0003]:81, 28): No route to host", "no-route"],
    ["socket(2, 1, 6): Too many open files", "failed"],
  ])("%s is %s", (message, outcome) => {
    const line = `TRY 1 ${socat(message)}`;
    expect(resultOf(flowOf(), line, line, line)).toMatchObject({ outcome, sent: 3, succeeded: 0, detail: message });
  });

  test.each([124, 143])("no answer within the limit (code %i) is a timeout", (code) => {
    expect(resultOf(flowOf(), `TRY ${code} `, `TRY ${code} `, `TRY ${code} `)).toMatchObject({ outcome: "timeout" });
  });

  test("a failure without a word is a failure of its own kind", () => {
    expect(resultOf(flowOf(), "TRY 1 ")).toMatchObject({ outcome: "failed", detail: "" });
  });
});

describe("ping's words", () => {
  const icmp = flowOf({ protocol: "icmp", port: null });
  test.each([
    ["From 192.168.0.11 icmp_seq=1 Destination Host Prohibited", "prohibited"],
    ["From 192.168.0.11 icmp_seq=1 Destination Net Prohibited", "prohibited"],
    ["From 192.168.0.11 icmp_seq=1 Packet filtered", "prohibited"],
    ["From fd00::1 icmp_seq=1 Destination unreachable: Administratively prohibited", "prohibited"],
    ["ping: sendmsg: Operation not permitted", "prohibited"],
    ["From 10.244.1.2 icmp_seq=1 Destination Host Unreachable", "no-route"],
    ["From fd00::1 icmp_seq=1 Destination unreachable: Address unreachable", "no-route"],
    ["From 10.244.1.1 icmp_seq=1 Destination Net Unreachable", "no-network"],
    ["From fd00::1 icmp_seq=1 Destination unreachable: No route", "no-network"],
    ["ping: connect: Network is unreachable", "no-network"],
    ["From 10.244.2.3 icmp_seq=1 Destination Port Unreachable", "refused"],
    ["From fd00::1 icmp_seq=1 Destination unreachable: Port unreachable", "refused"],
    ["", "timeout"],
  ])("%j is %s", (answer, outcome) => {
    const line = `TRY 1 ${pinged(answer)}`;
    expect(resultOf(icmp, line, line, line)).toMatchObject({ outcome, sent: 3, succeeded: 0 });
  });

  test("an answer has a round-trip time", () => {
    const line =
      "TRY 0 PING 10.244.2.3 (10.244.2.3) 56(84) bytes of data.|64 bytes from 10.244.2.3: icmp_seq=1 ttl=62 time=0.312 ms|";
    expect(resultOf(icmp, line)).toEqual({
      outcome: "ok",
      sent: 1,
      succeeded: 1,
      medianMs: 0.312,
      clientSeen: null,
      largestBytes: null,
      answers: [],
      detail: "",
    });
  });
});

describe("tries", () => {
  const lost = `TRY 1 ${socat("connecting to AF=2 10.244.2.3:81: Connection timed out")}`;

  test("one that succeeds after a lost packet makes the flow pass, and is counted", () => {
    expect(resultOf(flowOf(), lost, "TRY 0 client 10.244.1.2|")).toMatchObject({
      outcome: "ok",
      sent: 2,
      succeeded: 1,
    });
  });

  test("the last one tells how the flow failed", () => {
    const refused = `TRY 1 ${socat("connect(6, AF=2 10.244.2.3:81, 16): Connection refused")}`;
    expect(resultOf(flowOf(), lost, lost, refused)).toMatchObject({ outcome: "refused" });
  });

  test("an answer counts even when the other end then broke the connection", () => {
    const line = `TRY 1 client 10.244.1.2|${socat("write(5, 0x5, 2): Broken pipe")}`;
    expect(resultOf(flowOf(), line)).toMatchObject({ outcome: "ok", clientSeen: "10.244.1.2" });
  });

  test("lines that are no tries are left out", () => {
    const lines = ["nsenter: warning", "TRY", "TRY x 1", " TRY 0 client 1.2.3.4|", "TRY 0 client 10.244.1.2|"];
    expect(resultOf(flowOf(), ...lines)).toMatchObject({ sent: 1, clientSeen: "10.244.1.2" });
  });
});

describe("the address that the server saw", () => {
  test.each([
    ["10.244.1.2", "10.244.1.2"],
    ["::ffff:10.244.1.2", "10.244.1.2"],
    ["[::ffff:10.244.1.2]", "10.244.1.2"],
    ["[0000:0000:0000:0000:0000:ffff:0af4:0102]", "10.244.1.2"],
    ["[fd00:0010:0244:0001:0000:0000:0000:0002]", "fd00:10:244:1::2"],
    ["fd00:10:244:1::2", "fd00:10:244:1::2"],
  ])("%s is %s", (said, seen) => {
    expect(resultOf(flowOf(), `TRY 0 client ${said}|`).clientSeen).toBe(seen);
  });

  test.each(["", "|", "noclient 10.244.1.2|", "client |"])("is unknown in %j", (output) => {
    expect(resultOf(flowOf(), `TRY 0 ${output}`).clientSeen).toBeNull();
  });
});

describe("a probe that could not be sent is unknown, not a failure of the network", () => {
  test.each([
    ["TRY 127 no socat in the image", unknown("no-tool", "no socat in the image")],
    [
      "TRY 66 process 4711 no longer has network namespace 4026532000",
      unknown("failed", "process 4711 no longer has network namespace 4026532000"),
    ],
    ["TRY 64 unknown kind of probe", unknown("failed", "unknown kind of probe")],
    ["", unknown("unparsable", "the probe left no line")],
    ["nsenter: cannot open /proc/1/ns/net", unknown("unparsable", "the probe left no line")],
  ])("%j", (text, expected) => {
    expect(readProbe(flowOf(), known(text))).toEqual(expected);
  });

  test("the reason of a capture that is unknown is kept", () => {
    const unreachable = unknown("unreachable", "error dialing backend");
    expect(readProbe(flowOf(), unreachable)).toBe(unreachable);
  });
});

describe("a hostile answer", () => {
  test.each(["TRY 1 \u001b[2J|client", `TRY 1 ${"|".repeat(100_000)}`, `TRY 1 ${"a".repeat(1_000_000)}`, "TRY 1 %s%n"])(
    "is read as a failure with a short reason (%#)",
    (line) => {
      const { outcome, detail } = resultOf(flowOf(), line);
      expect(outcome).toBe("failed");
      expect(detail.length).toBeLessThanOrEqual(300);
    },
  );
  test.each(["|", "a", "socat[1] N "])("of many %j is read in linear time", (piece) => {
    const read = (times: number) => expect(resultOf(flowOf(), `TRY 1 ${piece.repeat(times)}`).outcome).toBe("failed");
    expect(growth(read, 100_000)).toBeLessThan(linear);
  });
});

describe("a probe sent in two rounds", () => {
  const round = (...lines: readonly string[]): string => `${lines.join("\n")}\n`;
  const lost = round("TRY 124 ", "TRY 124 ", "TRY 124 ");
  const read = (first: string, second: string) => {
    const result = readProbe(flowOf(), known(joinRounds(first, second)));
    if (!result.known) throw new Error(result.detail);
    return result.value;
  };
  test("passes when the later packet passes", () => {
    expect(read(lost, round("TRY 0 client 10.244.1.2"))).toMatchObject({
      outcome: "ok",
      sent: 4,
      succeeded: 1,
      clientSeen: "10.244.1.2",
    });
  });
  test("is silent when both are", () => {
    expect(read(lost, round("TRY 124 "))).toMatchObject({ outcome: "timeout", sent: 4, succeeded: 0 });
  });
  test("is what the later answer says, where there is one", () => {
    expect(read(lost, round(`TRY 1 ${socat("connect(): Connection refused")}`))).toMatchObject({ outcome: "refused" });
  });
});
