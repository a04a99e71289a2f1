import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { known, type Learned } from "../../../src/model/learned.ts";
import { parseCniConfig } from "../../../src/read/cni-conf/conflist.ts";
import { parseCniListing } from "../../../src/read/cni-conf/listing.ts";
import { parseCniBinaries } from "../../../src/read/node/cni-bin.ts";
import { parseConntrackStat } from "../../../src/read/node/conntrack-stat.ts";
import { parseFdb } from "../../../src/read/node/fdb.ts";
import { parseIpset } from "../../../src/read/node/ipset.ts";
import { parseIptablesSave } from "../../../src/read/node/iptables-save.ts";
import { readKubeletConfig } from "../../../src/read/node/kubelet-config.ts";
import { parseLinks } from "../../../src/read/node/link.ts";
import { parseNeighbours } from "../../../src/read/node/neighbour.ts";
import { parseNetns } from "../../../src/read/node/netns.ts";
import { parseNftRuleset } from "../../../src/read/node/nft-ruleset.ts";
import { readNodeState } from "../../../src/read/node/node-state.ts";
import { parseProcNetSockets } from "../../../src/read/node/proc-net-sockets.ts";
import { parseProcesses } from "../../../src/read/node/process.ts";
import { parseResolvConf } from "../../../src/read/node/resolv-conf.ts";
import { parseRoutes } from "../../../src/read/node/route.ts";
import { parseRules } from "../../../src/read/node/rule.ts";
import { parseRuntimeConfig } from "../../../src/read/node/runtime-config.ts";
import { parseSysctls } from "../../../src/read/node/sysctl.ts";
import { growth, linear } from "../../support/growth.ts";

const PARSERS: Readonly<Record<string, (text: string) => Learned<unknown>>> = {
  link: (text) => parseLinks(text, text),
  route: (text) => parseRoutes(text, "IPv6"),
  rule: (text) => parseRules(text, "IPv4"),
  neighbour: parseNeighbours,
  fdb: parseFdb,
  "iptables-save": (text) => parseIptablesSave(text, { family: "IPv4", backend: "unknown", capture: "x" }),
  "nft ruleset": parseNftRuleset,
  ipset: parseIpset,
  sysctl: parseSysctls,
  "proc-net-tcp": (text) => parseProcNetSockets(text, "tcp"),
  "resolv.conf": parseResolvConf,
  "kubelet configuration": (text) => readKubeletConfig(known(text), known(text)),
  process: parseProcesses,
  "conntrack statistics": parseConntrackStat,
  netns: parseNetns,
  "CNI binaries": parseCniBinaries,
  "CNI list": (text) => parseCniConfig("a.conflist", text),
  "CNI plugin": (text) => parseCniConfig("a.conf", text),
  "CNI listing": parseCniListing,
  "runtime configuration": (text) => known(parseRuntimeConfig(text)),
};

/** Words that the formats are made of, so that chance gets past the first line. */
const WORDS = [
  "\n",
  "\n",
  " ",
  "\t",
  ":",
  '"',
  "\\",
  "!",
  "-A",
  "-m",
  "-j",
  "--dport",
  "-s",
  "*filter",
  ":INPUT ACCEPT [0:0]",
  "COMMIT",
  "[1:2]",
  "create",
  "add",
  "/proc/sys/net/ipv4/ip_forward:1",
  "  sl  local_address",
  "   0: 0100007F:0016 00000000:0000 0A ",
  "entries",
  "nameserver",
  "search",
  "options ndots:",
  "1 S (x)\t",
  "/etc",
  "x ",
  "- ",
  "conf_dir = ",
  "[",
  "]",
  "{",
  "}",
  ",",
  '"nftables"',
  '"rule"',
  '"dst":"default"',
  "null",
  "-1",
  "1e999",
  "&a",
  "*a",
  "\u0000",
  "\ud800",
  "é",
];
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.array(fc.constantFrom(...WORDS), { maxLength: 60 }).map((words) => words.join("")),
  fc.json({ maxDepth: 6 }),
);
/** Objects with the keys that are read and values of every type. */
const KEYS = [
  "ifindex",
  "ifname",
  "mtu",
  "flags",
  "linkinfo",
  "info_kind",
  "info_data",
  "addr_info",
  "family",
  "local",
  "prefixlen",
  "dst",
  "dev",
  "gateway",
  "via",
  "metrics",
  "nexthops",
  "table",
  "priority",
  "src",
  "srclen",
  "fwmark",
  "not",
  "mac",
  "state",
  "lladdr",
  "name",
  "type",
  "plugins",
  "ipam",
  "ranges",
  "subnet",
  "delegate",
  "delegates",
  "cniVersion",
  "__proto__",
  "constructor",
  "nftables",
  "chain",
  "rule",
  "set",
  "elem",
  "expr",
];
const value = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(null, true, 0, -1, 1.5, 65536, "", "x", "inet", "10.0.0.1", "10.0.0.0/8", "::1", "vxlan", "all"),
    fc.array(tie("node"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie("node"), { maxKeys: 6 }),
  ),
})).node;

describe.each(Object.entries(PARSERS))("the reader of %s", (_, parse) => {
  const holds = (input: string) => {
    const learned = parse(input);
    return learned.known || learned.detail !== "";
  };
  test("gives a value or a reason for any text and never throws", () => {
    fc.assert(fc.property(text, holds), { numRuns: 300 });
  });
  test("gives a value or a reason for any JSON of its own keys and never throws", () => {
    fc.assert(
      fc.property(fc.oneof(value, fc.array(value, { maxLength: 4 })), (json) => holds(JSON.stringify(json))),
      { numRuns: 300 },
    );
  });
  test("gives the same answer twice", () => {
    fc.assert(
      fc.property(text, (input) => {
        expect(parse(input)).toEqual(parse(input));
      }),
      { numRuns: 50 },
    );
  });
  test.each([
    ["a long line", "a", 100_000],
    ["many empty lines", "\n", 20_000],
    ["many blanks", " ", 20_000],
    ["many quotes", '"', 20_000],
    ["many open brackets", "[", 8000],
    ["many open objects", '{"a":', 8000],
  ])("answers %s in linear time", (_, piece, count) => {
    expect(growth((times) => expect(holds(piece.repeat(times))).toBe(true), count)).toBeLessThan(linear);
  });
  test("answers brackets ten thousand deep that are closed", () => {
    expect(holds("[".repeat(10_000) + "]".repeat(10_000))).toBe(true);
  });
});

test("a Node whose every capture is the same nonsense has a state of which every part has a value or a reason", () => {
  const sections = [
    "uname",
    "link",
    "addr",
    "route4",
    "route6",
    "rule4",
    "rule6",
    "neigh",
    "fdb",
    "iptables-nft",
    "nft",
    "ipset",
    "sysctl",
    "kubelet-config",
    "kubelet-args",
    "cni-conf",
    "cni-conf/a.conf",
    "cni-bin",
    "netns",
    "runtime-config",
  ];
  fc.assert(
    fc.property(text, (input) => {
      const captures = sections.map((section) => ({
        id: `node/a/${section}`,
        command: "",
        takenAt: "",
        result: known(input),
      }));
      const parts = Object.values(readNodeState("a", new Map(captures.map((capture) => [capture.id, capture])))).filter(
        (part) => typeof part !== "string",
      );
      expect(parts.every((part) => part.known || part.detail !== "")).toBe(true);
    }),
    { numRuns: 200 },
  );
});
