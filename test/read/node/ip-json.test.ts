import { describe, expect, test } from "vitest";
import { parseFdb } from "../../../src/read/node/fdb.ts";
import { parseLinks } from "../../../src/read/node/link.ts";
import { parseNeighbours } from "../../../src/read/node/neighbour.ts";
import { parseRoutes } from "../../../src/read/node/route.ts";
import { parseRules } from "../../../src/read/node/rule.ts";
import { ABSENT, corpusFiles, corpusIsAbsent } from "./corpus.ts";
import { refusalOf, valueIn } from "./learned.ts";

// Recorded with iproute2 6.1.0 in a network namespace made for it, keys that are not read left out.
const LINKS = `[
{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"mtu":65536,"operstate":"UNKNOWN","link_type":"loopback","address":"00:00:00:00:00:00"},
{"ifindex":2,"ifname":"br0","flags":["BROADCAST","UP","LOWER_UP"],"mtu":1500,"operstate":"UP","address":"a2:5c:39:a0:20:d1","linkinfo":{"info_kind":"bridge","info_data":{"stp_state":0}}},
{"ifindex":3,"link":"v1","ifname":"v2","flags":["UP"],"mtu":1500,"operstate":"UP","address":"ae:6f:6d:f5:6a:31","linkinfo":{"info_kind":"veth"}},
{"ifindex":4,"link":"v2","ifname":"v1","flags":["UP"],"mtu":1500,"master":"br0","operstate":"UP","address":"a2:5c:39:a0:20:d1","linkinfo":{"info_kind":"veth","info_slave_kind":"bridge","info_slave_data":{"state":"forwarding","hairpin":true}}},
{"ifindex":5,"ifname":"vx","flags":["UP"],"mtu":1450,"operstate":"UNKNOWN","address":"46:18:53:4c:7f:d1","linkinfo":{"info_kind":"vxlan","info_data":{"id":1,"local":"10.1.0.1","link":"br0","port_range":{"low":0,"high":0},"port":8472,"learning":false}}},
{"ifindex":7,"ifname":"vx3","flags":["BROADCAST"],"mtu":1500,"operstate":"DOWN","address":"ce:42:a0:77:d6:85","linkinfo":{"info_kind":"vxlan","info_data":{"external":true,"id":0,"port":4790,"learning":false}}},
{"ifindex":8,"link_index":6,"ifname":"eth0","flags":["UP"],"mtu":1500,"operstate":"UP","address":"02:42:ac:12:00:02","link_netnsid":0,"linkinfo":{"info_kind":"veth"}},
{}]`;
const ADDRESSES = `[{},{"ifindex":2,"ifname":"br0","addr_info":[{"family":"inet","local":"10.1.0.1","prefixlen":24,"scope":"global"},{},{"family":"inet6","local":"fd00:1::1","prefixlen":64,"scope":"global","tentative":true}]}]`;

describe("ip -d -j link with ip -j addr", () => {
  const links = new Map(valueIn(parseLinks(LINKS, ADDRESSES)).map((link) => [link.name, link]));

  test("a veth's peer is known by index in its own namespace and by index and namespace elsewhere", () => {
    expect(links.get("v1")).toMatchObject({ peerIndex: 3, peerNetnsId: null, kind: "veth", up: true });
    expect(links.get("eth0")).toMatchObject({ peerIndex: 6, peerNetnsId: 0 });
    expect(links.get("lo")).toMatchObject({ peerIndex: null, kind: "", mtuBytes: 65536 });
  });
  test("a bridge port has its state and hairpin mode", () => {
    expect(links.get("v1")).toMatchObject({ master: "br0", bridgePort: { state: "forwarding", hairpin: true } });
    expect(links.get("v2")).toMatchObject({ master: null, bridgePort: null });
  });
  test("a vxlan device has its id, port, addresses and lower device", () => {
    expect(links.get("vx")?.vxlan).toEqual({
      id: 1,
      local: "10.1.0.1",
      group: null,
      lowerDevice: "br0",
      port: 8472,
      learning: false,
      external: false,
    });
    expect(links.get("vx")?.peerIndex).toBe(2);
    expect(links.get("vx3")).toMatchObject({ up: false, vxlan: { external: true, port: 4790, local: null } });
  });
  test("addresses are joined by index", () => {
    expect(links.get("br0")?.addresses).toEqual([
      { family: "IPv4", address: "10.1.0.1", prefixLength: 24, scope: "global" },
      { family: "IPv6", address: "fd00:1::1", prefixLength: 64, scope: "global" },
    ]);
    expect(links.get("lo")?.addresses).toEqual([]);
  });
  test("a device without what it must have makes the whole unknown", () => {
    expect(refusalOf(parseLinks('[{"ifindex":1,"ifname":"x"}]', "[]"))).toBe(
      "unparsable: entry 1: device x without mtu",
    );
    expect(
      refusalOf(parseLinks("[]", '[{"ifindex":1,"addr_info":[{"family":"inet","local":"x","prefixlen":8}]}]')),
    ).toContain("entry 1");
    expect(refusalOf(parseLinks("ip: unrecognized option: j", "[]"))).toMatch(/^unparsable: not JSON/);
    expect(refusalOf(parseLinks("", "[]"))).toBe("unparsable: empty text, expected JSON");
  });
  test("the recorded addresses of a kind node are read as the manifest says", ({ skip }) => {
    skip(corpusIsAbsent, ABSENT);
    const text = corpusFiles("state/ip-j").get("metallb-ip-j-addr-node.json") ?? "";
    const eth1 = valueIn(parseLinks(text, text)).find((link) => link.name === "eth1");
    expect(eth1?.addresses.map(({ address }) => address)).toEqual([
      "172.19.0.3",
      "fc00:f853:ccd:e791::3",
      "fe80::42:acff:fe13:3",
    ]);
  });
});

describe("ip -j -d route", () => {
  const read = (...rows: readonly string[]) => valueIn(parseRoutes(`[${rows.join(",")}]`, "IPv4"));

  test("default, host and prefix destinations become CIDR notation", () => {
    const routes = read(
      '{"dst":"default","gateway":"10.1.0.254","dev":"br0","metric":50}',
      '{"dst":"10.1.0.1","dev":"br0","table":"local","type":"local","prefsrc":"10.1.0.1"}',
      '{"dst":"0/8","type":"blackhole"}',
    );
    expect(routes).toMatchObject([
      { destination: "0.0.0.0/0", gateway: "10.1.0.254", metric: 50, table: "main", type: "unicast" },
      { destination: "10.1.0.1/32", type: "local", table: "local", source: "10.1.0.1" },
      { destination: "0.0.0.0/8", type: "blackhole", device: null },
    ]);
    expect(valueIn(parseRoutes('[{"dst":"default","dev":"a"},{"dst":"::1","type":"local"}]', "IPv6"))).toMatchObject([
      { destination: "::/0" },
      { destination: "::1/128" },
    ]);
  });
  test("next hops, gateways of the other family, MTU and flags are kept", () => {
    const routes = read(
      '{"type":"unicast","dst":"10.2.0.0/24","gateway":"10.1.0.2","dev":"br0","flags":["onlink"],"metrics":[{"mtu":1400}]}',
      '{"dst":"10.3.0.0/24","flags":[],"nexthops":[{"gateway":"10.1.0.3","dev":"br0","weight":2,"flags":[]},{"via":{"family":"inet6","host":"fe80::2"},"dev":"br0","weight":1}]}',
      '{"dst":"10.6.0.0/16","via":{"family":"inet6","host":"fe80::1"},"dev":"br0","flags":["linkdown"]}',
    );
    expect(routes).toMatchObject([
      { mtuBytes: 1400, flags: ["onlink"], nexthops: [] },
      {
        nexthops: [
          { gateway: "10.1.0.3", device: "br0", weight: 2 },
          { gateway: "fe80::2", device: "br0", weight: 1 },
        ],
      },
      { gateway: "fe80::1", flags: ["linkdown"] },
    ]);
  });
  test("a next hop object is used where it is printed; a route that selects by more than destination is of type other", () => {
    const routes = read(
      '{"dst":"10.8.0.0/16","nhid":30,"nh_info":{"id":30,"gateway":"10.1.0.9","dev":"br0"}}',
      '{"dst":"10.8.1.0/24","nhid":31}',
      '{"dst":"10.9.0.0/16","tos":"0x10","dev":"br0"}',
    );
    expect(routes).toMatchObject([
      { type: "unicast", gateway: "10.1.0.9", device: "br0" },
      { type: "other", flags: ["nhid 31"] },
      { type: "other", flags: ["tos 0x10"] },
    ]);
  });
  test("a destination that is none makes the whole unknown", () => {
    expect(refusalOf(parseRoutes('[{"dst":"fd00::/8","dev":"a"}]', "IPv4"))).toBe(
      'unparsable: entry 1: dst is no IPv4 destination: "fd00::/8"',
    );
    expect(refusalOf(parseRoutes('[{"dev":"a"}]', "IPv4"))).toBe(
      "unparsable: entry 1: dst is no IPv4 destination: null",
    );
    expect(refusalOf(parseRoutes('{"dst":"default"}', "IPv4"))).toBe("unparsable: expected a JSON array");
  });
});

describe("ip -j rule", () => {
  // Recorded with iproute2 6.1.0.
  const rules = valueIn(
    parseRules(
      `[{"priority":0,"src":"all","table":"local"},
{"priority":100,"not":null,"src":"10.9.0.0","srclen":16,"fwmark":"0x10","fwmask":"0xf0","iif":"br0","table":"99"},
{"priority":101,"src":"all","dst":"10.9.0.1","oif":"v1","action":"blackhole"},
{"priority":102,"src":"all","uid_start":1,"uid_end":5,"ipproto":"tcp","dport_start":80,"dport_end":90,"table":"77"},
{"priority":103,"src":"all","goto":32766},{"priority":104,"src":"all","nop":null},
{"priority":105,"src":"all","table":"main","suppress_prefixlen":0,"protocol":"static"},
{"priority":107,"src":"all","fwmark":"0x5","iif":"nosuch","iif_detached":null,"table":"5"}]`,
      "IPv4",
    ),
  );
  const rule = (priority: number) => rules.find((candidate) => candidate.priority === priority);

  test("selectors, marks, tables and negation are read", () => {
    expect(rule(0)).toMatchObject({
      source: null,
      destination: null,
      fwmark: null,
      table: "local",
      action: "lookup",
      inverted: false,
    });
    expect(rule(100)).toMatchObject({
      source: "10.9.0.0/16",
      fwmark: { value: 0x10, mask: 0xf0 },
      iif: "br0",
      inverted: true,
    });
    expect(rule(101)).toMatchObject({ destination: "10.9.0.1/32", oif: "v1", action: "blackhole", table: null });
    expect(rule(107)).toMatchObject({ fwmark: { value: 5, mask: 0xffffffff }, unmodelled: [] });
  });
  test("what the type has no field for is named", () => {
    expect(rule(102)?.unmodelled).toEqual([
      "uid_start 1",
      "uid_end 5",
      'ipproto "tcp"',
      "dport_start 80",
      "dport_end 90",
    ]);
    expect(rule(103)).toMatchObject({ action: "goto", unmodelled: ["goto 32766"] });
    expect(rule(104)).toMatchObject({ action: "nop", unmodelled: [] });
    expect(rule(105)?.unmodelled).toEqual(["suppress_prefixlen 0"]);
  });
  test("a mark that is no number makes the whole unknown", () => {
    expect(refusalOf(parseRules('[{"priority":1,"fwmark":"red"}]', "IPv4"))).toBe(
      "unparsable: entry 1: rule 1: fwmark cannot be read",
    );
  });
});

describe("ip -j neigh and bridge -j fdb", () => {
  test("a neighbour without an answer has no mac", () => {
    const text =
      '[{"dst":"10.1.0.9","dev":"br0","lladdr":"02:00:00:00:00:09","state":["PERMANENT"]},{"dst":"10.1.0.11","dev":"br0","state":["FAILED"]}]';
    expect(valueIn(parseNeighbours(text))).toEqual([
      { address: "10.1.0.9", device: "br0", mac: "02:00:00:00:00:09", state: ["PERMANENT"] },
      { address: "10.1.0.11", device: "br0", mac: null, state: ["FAILED"] },
    ]);
  });
  test("a vxlan entry has the remote end, a bridge entry its bridge", () => {
    const text =
      '[{"mac":"02:00:00:00:00:11","ifname":"vx","dst":"10.1.0.7","flags":["self"],"state":"permanent"},{"mac":"ae:6f:6d:f5:6a:31","ifname":"v1","flags":[],"master":"br0","state":""}]';
    expect(valueIn(parseFdb(text))).toMatchObject([
      { device: "vx", destination: "10.1.0.7", flags: ["self"], state: "permanent" },
      { device: "v1", destination: null, master: "br0", state: "" },
    ]);
  });
  test("text that is no JSON is refused, as the recorded tables of other tools are", ({ skip }) => {
    skip(corpusIsAbsent, ABSENT);
    const texts = [...corpusFiles("state/fdb").values(), ...corpusFiles("state/ip-rule").values()];
    expect(texts.map((text) => refusalOf(parseFdb(text)).split(":")[0])).toEqual(texts.map(() => "unparsable"));
    expect(texts.map((text) => refusalOf(parseRules(text, "IPv4")).split(":")[0])).toEqual(
      texts.map(() => "unparsable"),
    );
  });
});
