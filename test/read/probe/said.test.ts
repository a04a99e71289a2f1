import fc from "fast-check";
import { expect, test } from "vitest";
import { behindNode, readConnectionRecords } from "../../../src/read/probe/connection-record.ts";
import { readSaid } from "../../../src/read/probe/said.ts";

const line = (time: string, text: string): string => `2026/11/21 ${time} socat[7] N ${text}|`;

test("socat's notices tell the client's port and how long connecting took", () => {
  const output =
    line("14:06:26.745954", "opening connection to AF=2 127.0.0.1:18080") +
    line("14:06:26.746425", "successfully connected from local address AF=2 127.0.0.1:42006");
  expect(readSaid(output)).toEqual({ client: "127.0.0.1", clientPort: 42_006, milliseconds: 0.5 });
});

test("IPv6 is told in its short form, and the last of several connections counts", () => {
  const output =
    line("14:06:26.1", "successfully connected from local address AF=10 [fd00:0000:0000::1]:1111") +
    line("14:06:27.1", "successfully connected from local address AF=10 [fd00:0000:0000::1]:2222");
  expect(readSaid(output)).toMatchObject({ client: "fd00::1", clientPort: 2222, milliseconds: null });
});

test("a connection that was not made has no port", () => {
  expect(readSaid(line("14:06:26.1", "opening connection to AF=2 127.0.0.1:9"))).toBeNull();
});

test("records are read as conntrack and as /proc print them", () => {
  const tuples = "src=10.0.0.1 dst=10.96.0.1 sport=4000 dport=80 src=10.0.0.9 dst=10.0.0.1 sport=8080 dport=4000";
  const printed = [
    `tcp      6 117 TIME_WAIT ${tuples} [ASSURED] mark=0 use=1`,
    `ipv4     2 udp      17 29 [UNREPLIED] ${tuples} mark=0 zone=0 use=2`,
    "icmp     1 29 src=10.0.0.1 dst=10.0.0.2 type=8 code=0 id=1 src=10.0.0.2 dst=10.0.0.1 type=0 code=0 id=1",
  ].join("\n");
  const records = readConnectionRecords(printed);
  expect(records).toHaveLength(2);
  expect(records.map(({ replied }) => replied)).toEqual([true, false]);
  expect(behindNode(records, { client: "10.0.0.1", clientPort: 4000 })).toEqual({
    client: "10.0.0.1",
    clientPort: 4000,
    server: "10.0.0.9",
    serverPort: 8080,
  });
  expect(behindNode(records, { client: "10.0.0.1", clientPort: 4001 })).toBeNull();
});

test("no text makes the readers throw", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      readSaid(`${text}N successfully connected from local address AF=2 ${text}:1|`);
      expect(Array.isArray(readConnectionRecords(`src=${text} dst=1 sport=1 dport=1 ${text}`))).toBe(true);
    }),
  );
});
