import { describe, expect, test } from "vitest";
import type { Capture, Captures } from "../../../src/model/capture.ts";
import { known, type Learned, unknown } from "../../../src/model/learned.ts";
import { readNodeState } from "../../../src/read/node/node-state.ts";
import { refusalOf, valueIn } from "./learned.ts";

const NAME = "10-flannel.conflist";
const FLANNEL = '{"name":"cbr0","cniVersion":"0.3.1","plugins":[{"type":"flannel","delegate":{"hairpinMode":true}}]}';
const SOCKETS = "  sl  local_address rem_address   st\n   0: 00000000:1F90 00000000:0000 0A 0 0\n";
const SECTIONS: Readonly<Record<string, string>> = {
  uname: "Linux 6.8.0-31-generic x86_64\n",
  link: '[{"ifindex":1,"ifname":"lo","mtu":65536,"flags":["UP"]}]',
  addr: "[]",
  route4: '[{"dst":"default","gateway":"192.0.2.1","dev":"eth0"}]',
  route6: "[]",
  rule4: '[{"priority":0,"src":"all","table":"local"}]',
  rule6: "[]",
  neigh: "[]",
  fdb: "[]",
  "iptables-nft": "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n",
  "ip6tables-nft": "",
  nft: "",
  ipset: "",
  sysctl: "/proc/sys/net/ipv4/ip_forward:1\n",
  "proc-net-tcp": SOCKETS,
  "proc-net-tcp6": SOCKETS,
  "proc-net-udp": SOCKETS,
  "proc-net-udp6": SOCKETS,
  "resolv-conf": "nameserver 192.0.2.53\n",
  "kubelet-config": "clusterDNS: [10.96.0.10]\n",
  "kubelet-args": "kubelet\n",
  "runtime-config": '[plugins]\nconf_dir = "/etc/cni/net.d"\n',
  "cni-conf": `/etc/cni/net.d\n20 99-x.conf\n5 10-calico.conflist.cilium_bak\n100 ${NAME}\n`,
  [`cni-conf/${NAME}`]: FLANNEL,
  "cni-bin": "/opt/cni/bin\nx bridge\n",
  "cni-file/run/flannel/subnet.env": "FLANNEL_MTU=1450\n",
  processes: "7 S (kubelet)\tkubelet\n",
  netns: "4026532827 2371 uid-1\n",
  "netns/4026532827/link": "[]",
  "netns/4026532827/addr": "[]",
  "netns/4026532827/nft": "",
  "netns/4026532827/resolv-conf": "nameserver 10.96.0.10\noptions ndots:5\n",
};

/** The captures above, some replaced; undefined = not there. */
function capturesOf(changes: Readonly<Record<string, Learned<string> | string | undefined>> = {}): Captures {
  const captures = new Map<string, Capture>();
  for (const [section, content] of Object.entries({ ...SECTIONS, ...changes })) {
    if (content === undefined) continue;
    const id = `node/a/${section}`;
    const result = typeof content === "string" ? known(content) : content;
    captures.set(id, { id, command: "", takenAt: "2026-01-01T00:00:00Z", result });
  }
  return captures;
}
const read = (changes: Readonly<Record<string, Learned<string> | string | undefined>> = {}) =>
  readNodeState("a", capturesOf(changes));

describe("a Node's state", () => {
  test("every section ends in its part of the state", () => {
    const state = read();
    expect(valueIn(state.kernel)).toBe("6.8.0-31-generic");
    expect(valueIn(state.links)).toMatchObject([{ name: "lo" }]);
    expect(valueIn(state.routes)).toMatchObject([{ destination: "0.0.0.0/0" }]);
    expect(valueIn(state.iptables).map(({ family, backend, capture }) => `${family} ${backend} ${capture}`)).toEqual([
      "IPv4 nft node/a/iptables-nft",
      "IPv6 nft node/a/ip6tables-nft",
    ]);
    expect(valueIn(state.nftables).tables).toEqual([]);
    expect(valueIn(state.sysctls).get("net.ipv4.ip_forward")).toBe("1");
    expect(valueIn(state.sockets).map(({ protocol, port }) => `${protocol} ${port}`)).toEqual(["tcp 8080", "tcp 8080"]);
    expect(valueIn(state.kubelet)).toMatchObject({ clusterDNS: ["10.96.0.10"] });
    expect(state.kubeletResolvConf).toEqual(state.resolvConf);
    expect(valueIn(state.cniBinaries)).toEqual([{ name: "bridge", executable: true }]);
    expect([...valueIn(state.cniFiles)]).toEqual([["/run/flannel/subnet.env", "FLANNEL_MTU=1450\n"]]);
    expect(valueIn(state.processes)).toMatchObject([{ pid: 7 }]);
    expect(valueIn(state.netns)).toMatchObject([
      { inode: "4026532827", podUid: "uid-1", resolvConf: { value: { ndots: 5 } }, iptables: { value: [] } },
    ]);
  });

  test("with no capture at all every part is unknown because nobody looked", () => {
    const parts = Object.values(readNodeState("a", new Map())).filter((part) => typeof part !== "string");
    expect(parts.map((part) => (part.known ? "known" : part.reason))).toEqual(parts.map(() => "not-collected"));
    expect(parts.length).toBe(25);
  });

  test("a part that cannot be read names its capture and leaves the others alone", () => {
    const state = read({ route4: "Error: no such table", neigh: unknown("timed-out", "5 s") });
    expect(refusalOf(state.routes)).toMatch(/^unparsable: node\/a\/route4: not JSON/);
    expect(refusalOf(state.neighbours)).toBe("timed-out: 5 s");
    expect(state.links.known).toBe(true);
  });

  test("a kernel without IPv6 has no IPv6 state, any other failure is unknown", () => {
    const without = read({
      rule6: unknown("failed", "RTNETLINK answers: Address family not supported by protocol"),
      "proc-net-tcp6": unknown("failed", "cat: can't open '/proc/1/net/tcp6': No such file or directory"),
    });
    expect(valueIn(without.rules).length).toBe(1);
    expect(valueIn(without.sockets).length).toBe(1);
    expect(refusalOf(read({ rule6: unknown("timed-out", "5 s") }).rules)).toBe("timed-out: 5 s");
    expect(refusalOf(read({ "proc-net-tcp": unknown("failed", "No such file or directory") }).sockets)).toContain(
      "failed",
    );
  });
});

describe("iptables back ends of a Node", () => {
  test("an unread IPv4 back end makes all unknown, an unread IPv6 one is a ruleset that cannot be read", () => {
    expect(refusalOf(read({ "iptables-legacy": unknown("failed", "exit 4") }).iptables)).toBe("failed: exit 4");
    expect(valueIn(read({ "ip6tables-nft": unknown("failed", "exit 4") }).iptables)).toMatchObject([
      { family: "IPv4" },
      { family: "IPv6", unreadable: ["raw", "mangle", "nat", "filter", "security"] },
    ]);
  });
  test("no capture of any back end says that there is none only where later captures are there", () => {
    const none = { "iptables-nft": undefined, "ip6tables-nft": undefined };
    expect(valueIn(read(none).iptables)).toEqual([]);
    expect(refusalOf(read({ ...none, nft: undefined }).iptables)).toContain("not-collected");
  });
});

describe("CNI files of a Node", () => {
  test("files are in the runtime's order, others than .conf, .conflist and .json are left out", () => {
    const state = read();
    expect(valueIn(state.cniConfigs)).toMatchObject([
      { file: NAME, size: 100, config: { known: true, value: { name: "cbr0" } } },
      { file: "99-x.conf", size: 20, config: { known: false, reason: "not-collected" } },
    ]);
    expect(valueIn(state.cniConfDir)).toBe("/etc/cni/net.d");
  });
  test("a directory that does not exist holds no files", () => {
    const state = read({ "cni-conf": unknown("failed", "/etc/cni/net.d does not exist") });
    expect(valueIn(state.cniConfigs)).toEqual([]);
    expect(refusalOf(read({ "cni-conf": unknown("failed", "ls: permission denied") }).cniConfigs)).toContain(
      "permission",
    );
  });
  test("files of a directory that the runtime does not read say nothing", () => {
    const state = read({ "runtime-config": 'conf_dir = "/var/lib/cni"\n' });
    expect(valueIn(state.cniConfDir)).toBe("/var/lib/cni");
    expect(refusalOf(state.cniConfigs)).toBe(
      "not-collected: the runtime reads /var/lib/cni, the files are those of /etc/cni/net.d",
    );
  });
});
