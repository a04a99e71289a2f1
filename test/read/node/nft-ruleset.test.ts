import { describe, expect, test } from "vitest";
import { parseNftRuleset } from "../../../src/read/node/nft-ruleset.ts";
import { ABSENT, corpusFiles, corpusIsAbsent } from "./corpus.ts";
import { refusalOf, valueIn } from "./learned.ts";

const PROXY = {
  nftables: [
    { metainfo: { version: "1.0.6", json_schema_version: 1 } },
    { table: { family: "ip", name: "kube-proxy", handle: 1 } },
    {
      chain: {
        family: "ip",
        table: "kube-proxy",
        name: "filter-input",
        handle: 1,
        type: "filter",
        hook: "input",
        prio: -110,
      },
    },
    { chain: { family: "ip", table: "kube-proxy", name: "services", handle: 2 } },
    {
      map: {
        family: "ip",
        name: "service-ips",
        table: "kube-proxy",
        type: ["ipv4_addr", "inet_proto", "inet_service"],
        handle: 3,
        map: "verdict",
        elem: [[{ concat: ["10.96.0.1", "tcp", 443] }, { goto: { target: "svc" } }]],
      },
    },
    { set: { family: "ip", name: "nodeport-ips", table: "kube-proxy", type: "ipv4_addr", handle: 4 } },
    {
      rule: {
        family: "ip",
        table: "kube-proxy",
        chain: "filter-input",
        handle: 7,
        comment: "hello",
        expr: [{ counter: { packets: 5, bytes: 300 } }, { jump: { target: "services" } }],
      },
    },
    {
      rule: {
        family: "ip",
        table: "kube-proxy",
        chain: "filter-input",
        handle: 8,
        expr: [{ counter: "named" }, { drop: null }],
      },
    },
  ],
};
const OTHER = { nftables: [{ table: { family: "inet", name: "kube-proxy" } }] };

describe("nft -j", () => {
  test("several documents make one ruleset, tables of one name and two families stay two", () => {
    const { tables } = valueIn(parseNftRuleset(`${JSON.stringify(PROXY)}\n${JSON.stringify(OTHER, null, 2)}\n`));
    expect(tables.map(({ family, name }) => `${family} ${name}`)).toEqual(["ip kube-proxy", "inet kube-proxy"]);
  });
  test("chains, rules, counters, sets and maps are read, expressions stay as they are", () => {
    const [table] = valueIn(parseNftRuleset(JSON.stringify(PROXY))).tables;
    expect(table?.chains).toMatchObject([
      {
        name: "filter-input",
        hook: "input",
        priority: -110,
        policy: "accept",
        rules: [
          { handle: 7, comment: "hello", packets: 5, expressions: [{ counter: {} }, { jump: { target: "services" } }] },
          { handle: 8, comment: "", packets: null, expressions: [{ counter: "named" }, { drop: null }] },
        ],
      },
      { name: "services", hook: null, priority: null, policy: null, rules: [] },
    ]);
    expect(table?.sets.get("service-ips")).toMatchObject({
      kind: "map",
      elements: [[{ concat: ["10.96.0.1", "tcp", 443] }, { goto: { target: "svc" } }]],
    });
    expect(table?.sets.get("nodeport-ips")).toEqual({ name: "nodeport-ips", kind: "set", elements: [] });
  });
  test("empty text is no table", () => {
    expect(valueIn(parseNftRuleset("\n")).tables).toEqual([]);
  });
  test.each([
    ["table ip x {}", /not JSON/],
    ["[]", /expected \{"nftables"/],
    ['{"nftables":[{"table":{"family":"ip","name":"a"}}', /not JSON/],
    ['{"nftables":[{"rule":{"family":"ip","table":"a","chain":"b","expr":[]}}]}', /a chain that is not listed/],
    [`{"nftables":[{"x":${"[".repeat(500)}`, /nested deeper than 100/],
  ])("%j is refused", (text, reason) => {
    expect(refusalOf(parseNftRuleset(text))).toMatch(reason);
  });
  test("of the corpus the JSON is read and nft's own language is refused", ({ skip }) => {
    skip(corpusIsAbsent, ABSENT);
    const read = [...corpusFiles("state/nft")].filter(([, text]) => parseNftRuleset(text).known).map(([name]) => name);
    expect(read).toEqual(["insights-NTT_LIST_RULESET_TWO_CHAINS.txt"]);
  });
});
