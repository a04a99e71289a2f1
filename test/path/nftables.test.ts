import { describe, expect, it } from "vitest";
import type { Walk } from "../../src/model/flow.ts";
import { match, nftTable } from "./base-rules.ts";
import { addRule, cluster, flow, nodeOf, onlyWalk, podEnd, podOf } from "./world-builder.ts";

const verdictOf = ({ verdict, direction }: Walk): string => `${verdict} ${direction}`;
const tcp = (field: string): object => ({ payload: { protocol: "tcp", field } });
const ip = (field: string): object => ({ payload: { protocol: "ip", field } });
const meta = (key: string): object => ({ meta: { key } });
const DROP = { drop: null };

describe("an nftables rule", () => {
  it.each<[string, readonly object[], string]>([
    ["tcp dport 8080", [match(tcp("dport"), 8080)], "stopped forward"],
    [
      "tcp dport != 8080",
      [match(tcp("dport"), 8080, "!="), match({ ct: { key: "direction" } }, "original")],
      "passes forward",
    ],
    ["tcp dport { 22, 8000-8100 }", [match(tcp("dport"), { set: [22, { range: [8000, 8100] }] })], "stopped forward"],
    [
      "th dport > 8079",
      [match({ payload: { protocol: "th", field: "dport" } }, 8079, ">"), match(ip("daddr"), "10.244.2.2")],
      "stopped forward",
    ],
    ["udp dport 8080", [match({ payload: { protocol: "udp", field: "dport" } }, 8080)], "passes forward"],
    ["ip saddr 10.244.2.0/24", [match(ip("saddr"), { prefix: { addr: "10.244.2.0", len: 24 } })], "stopped reply"],
    ["ip daddr a-b", [match(ip("daddr"), { range: ["10.244.2.1", "10.244.2.9"] })], "stopped forward"],
    ["ip daddr @named", [match(ip("daddr"), "@named")], "stopped forward"],
    ["ip daddr @unread", [match(ip("daddr"), "@unread")], "unknown forward"],
    ["ip6 daddr", [match({ payload: { protocol: "ip6", field: "daddr" } }, "fd00::1", "!=")], "passes forward"],
    ["iifname cni*", [match(meta("iifname"), "cni*")], "stopped forward"],
    [
      "oifname != eth0",
      [match(meta("oifname"), "eth0", "!="), match({ ct: { key: "state" } }, "new", "in")],
      "passes forward",
    ],
    ["meta l4proto 6", [match(meta("l4proto"), 6)], "stopped forward"],
    ["meta mark & 1 == 1", [match({ "&": [meta("mark"), 1] }, 1)], "passes forward"],
    [
      "ct state established,related",
      [match({ ct: { key: "state" } }, ["established", "related"], "in")],
      "stopped reply",
    ],
    ["ct state != new", [match({ ct: { key: "state" } }, "new", "!=")], "stopped reply"],
    ["ct status dnat", [match({ ct: { key: "status" } }, "dnat", "in")], "passes forward"],
    ["fib daddr type local", [match({ fib: { result: "type", flags: ["daddr"] } }, "local")], "passes forward"],
    ["limit rate", [{ limit: { rate: 1, per: "second" } }], "unknown forward"],
    ["an unknown expression", [match({ socket: { key: "mark" } }, 1)], "unknown forward"],
    [
      "counter, log",
      [{ counter: { packets: 0, bytes: 0 } }, { log: null }, match(tcp("sport"), 8080)],
      "stopped reply",
    ],
    [
      "a mark that it sets itself",
      [{ mangle: { key: meta("mark"), value: 7 } }, match(meta("mark"), 7)],
      "stopped forward",
    ],
  ])("%s", (_, expressions, expected) => {
    const world = cluster("routes");
    const sets = [{ name: "named", type: "ipv4_addr", elem: [{ elem: { val: "10.244.2.2", comment: "x" } }] }];
    nodeOf(world, 1).nft = nftTable("inet", "forward", [[...expressions, DROP]], { sets });
    expect(verdictOf(onlyWalk(world, flow(podEnd(podOf(world, 1)), podEnd(podOf(world, 2)))))).toBe(expected);
  });
  it("decides by a verdict map", () => {
    const vmap = (state: string): object => ({
      vmap: {
        key: { ct: { key: "state" } },
        data: {
          set: [
            ["established", { accept: null }],
            [state, DROP],
          ],
        },
      },
    });
    const through = (state: string): string => {
      const world = cluster("routes");
      nodeOf(world, 1).nft = nftTable("ip", "forward", [[vmap(state)]]);
      return verdictOf(onlyWalk(world, flow(podEnd(podOf(world, 1)), podEnd(podOf(world, 2)))));
    };
    expect(through("new")).toBe("stopped forward");
    expect(through("invalid")).toBe("passes forward");
  });
  it("accepts for its own chain only: a later chain still drops", () => {
    const world = cluster("routes");
    nodeOf(world, 1).nft = nftTable("inet", "forward", [[{ accept: null }]], { prio: -10 });
    addRule(nodeOf(world, 1), "filter", "-A FORWARD -j DROP");
    expect(onlyWalk(world, flow(podEnd(podOf(world, 1)), podEnd(podOf(world, 2)))).stop).toMatchObject({
      backend: "iptables",
    });
  });
  it("stops by a policy with rule null, and by the chain of lowest priority first", () => {
    const world = cluster("routes");
    nodeOf(world, 1).nft = nftTable("ip", "forward", [], { policy: "drop", prio: -200 });
    addRule(nodeOf(world, 1), "filter", "-A FORWARD -j DROP");
    const { stop } = onlyWalk(world, flow(podEnd(podOf(world, 1)), podEnd(podOf(world, 2))));
    expect(stop).toMatchObject({ backend: "nftables", table: "ip fw", rule: null, text: "policy DROP" });
  });
  it("is unknown where frames pass a bridge table that drops", () => {
    const world = cluster("routes");
    nodeOf(world, 1).nft = nftTable("bridge", "forward", [[match(meta("iifname"), "veth0"), DROP]]);
    const near = onlyWalk(world, flow(podEnd(podOf(world, 1)), podEnd(podOf(world, 1, 1))));
    expect(verdictOf(near)).toBe("unknown forward");
  });
});
