import { describe, expect, test } from "vitest";
import { isCniConfigFile, parseCniConfig } from "../../../src/read/cni-conf/conflist.ts";
import { parseCniListing } from "../../../src/read/cni-conf/listing.ts";
import { refusalOf, valueIn } from "../node/learned.ts";

const list = (config: unknown) => parseCniConfig("a.conflist", JSON.stringify(config));
const plugin = (config: object) => valueIn(list({ name: "n", plugins: [config] })).plugins[0];

describe("CNI configuration", () => {
  test("a list has a name, a version and its plugins in order", () => {
    const config = {
      cniVersion: "1.0.0",
      name: "n",
      disableCheck: "true",
      plugins: [{ type: "ptp" }, { type: "portmap" }],
    };
    expect(valueIn(list(config))).toMatchObject({
      name: "n",
      cniVersion: "1.0.0",
      disableCheck: true,
      plugins: [{ type: "ptp" }, { type: "portmap" }],
    });
  });
  test("a single plugin is a list of one, its name may be missing", () => {
    expect(valueIn(parseCniConfig("a.conf", '{"type":"loopback"}'))).toMatchObject({
      name: "",
      plugins: [{ type: "loopback" }],
    });
    expect(valueIn(parseCniConfig("a.json", '{"name":"x","type":"ptp"}'))).toMatchObject({ name: "x" });
  });
  test.each([
    ["a.conflist", "{", /^unparsable: not JSON/],
    ["a.conflist", '{"mtu": __CNI_MTU__}', /^unparsable: not JSON/],
    ["a.conflist", '{"plugins":[{"type":"x"}]}', 'unparsable: no "name"'],
    ["a.conflist", '{"name":"n","type":"x"}', 'unparsable: no "plugins"'],
    ["a.conflist", '{"name":"n","plugins":{}}', 'unparsable: "plugins" is not a list'],
    ["a.conflist", '{"name":"n","plugins":[]}', 'unparsable: "plugins" is empty'],
    ["a.conflist", '{"name":"n","plugins":[{"type":"x"},{}]}', 'unparsable: plugin 2 has no "type"'],
    ["a.conflist", '{"name":"n","cniVersion":1,"plugins":[]}', 'unparsable: "cniVersion" is not a string'],
    [
      "a.conflist",
      '{"name":"n","disableCheck":"no","plugins":[{"type":"x"}]}',
      'unparsable: "disableCheck" is neither true nor false',
    ],
    [
      "a.conf",
      '{"name":"n","plugins":[{"type":"x"}]}',
      'unparsable: no "type": a list of plugins is read only from a ".conflist" file',
    ],
    ["a.conf", "[]", "unparsable: not a JSON object"],
    ["a.conf", '{"__proto__":{"type":"x"}}', 'unparsable: no "type"'],
    ["a.conf", "", "unparsable: empty text, expected JSON"],
  ])("%s %j is refused", (name, text, reason) => {
    expect(refusalOf(parseCniConfig(name, text))).toMatch(reason);
  });
  test("subnets are taken from every IPAM that names them, names of pools are not subnets", () => {
    expect(
      plugin({
        type: "bridge",
        ipam: {
          type: "host-local",
          subnet: "10.0.0.0/16",
          ranges: [[{ subnet: "10.1.0.0/24" }], [{ subnet: "fd00::/64" }]],
        },
      })?.subnets,
    ).toEqual(["10.0.0.0/16", "10.1.0.0/24", "fd00::/64"]);
    expect(
      plugin({ type: "calico", ipam: { type: "calico-ipam", ipv4_pools: ["10.2.0.0/16", "default-pool"] } }),
    ).toMatchObject({ ipamType: "calico-ipam", subnets: ["10.2.0.0/16"] });
    expect(plugin({ type: "calico", ipam: { type: "host-local", subnet: "usePodCidr" } })?.subnets).toEqual([]);
  });
  test("MTU, bridge and hairpin mode are the plugin's, the delegate's or the default that is documented", () => {
    expect(plugin({ type: "aws-cni", mtu: "9001" })?.mtuBytes).toBe(9001);
    expect(plugin({ type: "calico", mtu: 0 })?.mtuBytes).toBe(null);
    expect(plugin({ type: "bridge" })).toMatchObject({ bridge: "cni0", hairpinMode: null });
    expect(plugin({ type: "flannel", delegate: { hairpinMode: true, mtu: 1400 } })).toMatchObject({
      bridge: "cni0",
      hairpinMode: true,
      mtuBytes: 1400,
      delegates: ["bridge"],
    });
    expect(plugin({ type: "flannel", delegate: { type: "ptp" } })).toMatchObject({ bridge: null, delegates: ["ptp"] });
  });
  test("delegates of multus are named, those of a list inside it too", () => {
    expect(
      plugin({ type: "multus", delegates: [{ type: "flannel" }, { plugins: [{ type: "ptp" }] }] })?.delegates,
    ).toEqual(["flannel", "ptp"]);
    expect(plugin({ type: "multus-shim", clusterNetwork: "/etc/cni/net.d/10-x.conflist" })?.delegates).toEqual([
      "/etc/cni/net.d/10-x.conflist",
    ]);
  });
});

describe("the CNI configuration directory", () => {
  test("only files that libcni looks at count", () => {
    const names = [
      "10-a.conf",
      "10-a.conflist",
      "a.json",
      ".conf",
      "10-a.conflist.cilium_bak",
      "a.conf.bak",
      "a.template",
      "conf",
      "README",
    ];
    expect(names.filter(isCniConfigFile)).toEqual(["10-a.conf", "10-a.conflist", "a.json", ".conf"]);
  });
  test("files are sorted as the runtime sorts them", () => {
    expect(valueIn(parseCniListing("/etc/cni/net.d\n3 b.conf\n1 Z.conf\n0 10 my net.conf\n"))).toEqual({
      directory: "/etc/cni/net.d",
      files: [
        { name: "10 my net.conf", size: 0 },
        { name: "Z.conf", size: 1 },
        { name: "b.conf", size: 3 },
      ],
    });
    expect(refusalOf(parseCniListing("total 0"))).toContain("no directory");
    expect(refusalOf(parseCniListing("/x\nfile"))).toContain("line 2");
  });
});
