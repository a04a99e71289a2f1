import { describe, expect, test } from "vitest";
import { known, unknown } from "../../../src/model/learned.ts";
import { parseCniBinaries } from "../../../src/read/node/cni-bin.ts";
import { parseConntrackStat } from "../../../src/read/node/conntrack-stat.ts";
import { parseIpset } from "../../../src/read/node/ipset.ts";
import { readKubeletConfig } from "../../../src/read/node/kubelet-config.ts";
import { parseNetns } from "../../../src/read/node/netns.ts";
import { parseProcNetSockets } from "../../../src/read/node/proc-net-sockets.ts";
import { parseProcesses } from "../../../src/read/node/process.ts";
import { parseResolvConf } from "../../../src/read/node/resolv-conf.ts";
import { parseRuntimeConfig } from "../../../src/read/node/runtime-config.ts";
import { parseSysctls } from "../../../src/read/node/sysctl.ts";
import { ABSENT, corpusFiles, corpusIsAbsent, expectedAnswers } from "./corpus.ts";
import { refusalOf, valueIn } from "./learned.ts";

describe("resolv.conf", () => {
  const read = (text: string) => valueIn(parseResolvConf(text));

  test("the last search or domain wins, options add up, all nameservers are kept", () => {
    const text =
      "search a b\n# nameserver 9.9.9.9\n;x\nnameserver 1.1.1.1\nnameserver\t2.2.2.2 trailing\nnameserver 3.3.3.3\nnameserver 4.4.4.4\ndomain c d\noptions ndots:2 rotate\noptions ndots:99\n";
    expect(read(text)).toEqual({
      nameservers: ["1.1.1.1", "2.2.2.2", "3.3.3.3", "4.4.4.4"],
      search: ["c"],
      ndots: 15,
      options: ["ndots:2", "rotate", "ndots:99"],
    });
  });
  test("a keyword counts only at the start of a line and before a blank", () => {
    expect(read(" nameserver 1.1.1.1\nnameserver:2.2.2.2\nsearch\nsearches x\n")).toEqual({
      nameservers: [],
      search: [],
      ndots: 1,
      options: [],
    });
  });
  test("every file of the corpus has the nameservers, search list and options that the manifest says", ({ skip }) => {
    skip(corpusIsAbsent, ABSENT);
    const wrong: string[] = [];
    const answers = expectedAnswers("dns/resolvconf");
    for (const [name, text] of corpusFiles("dns/resolvconf")) {
      const field = (key: string) =>
        (answers.get(name) ?? []).find((part) => part.startsWith(`${key}=`))?.slice(key.length + 1);
      const { nameservers, search, options } = read(text);
      const actual = [nameservers.join(","), search.join(" "), options.join(" ")];
      const expected = [field("nameservers"), field("search")?.replaceAll(/\s+/g, " "), field("options")];
      if (JSON.stringify(actual) !== JSON.stringify(expected)) wrong.push(name);
    }
    // The manifest adds up search lists, and counts an indented nameserver; glibc takes the last list and skips the line.
    expect(wrong).toEqual(["insights-resolv-multi.conf", "jc-1.conf"]);
  });
});

describe("/proc/net sockets", () => {
  const HEADER = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
  const row = (local: string, state: string, zeros: string) =>
    `   0: ${local} ${zeros}:0000 ${state} 00000000:00000000 00:00000000 00000000   101        0 34000 1\n`;

  test("listening sockets are read from words in the machine's byte order", () => {
    const text =
      HEADER +
      row("3500007F:0035", "0A", "00000000") +
      row("0100007F:89E7", "01", "00000000") +
      row("00000000:0016", "0A", "00000000");
    expect(valueIn(parseProcNetSockets(text, "tcp"))).toEqual([
      { protocol: "tcp", family: "IPv4", address: "127.0.0.53", port: 53 },
      { protocol: "tcp", family: "IPv4", address: "0.0.0.0", port: 22 },
    ]);
    expect(valueIn(parseProcNetSockets(HEADER + row("7F000035:0035", "0A", "00000000"), "tcp", true))).toMatchObject([
      { address: "127.0.0.53" },
    ]);
  });
  test("IPv6 is compressed, a mapped address is IPv4, a socket bound twice counts once", () => {
    const zeros = "00000000000000000000000000000000";
    const text =
      HEADER +
      row("B80D01200000000067452301EFCDAB89:1F90", "07", zeros) +
      row(`${zeros}:0035`, "07", zeros) +
      row("0000000000000000FFFF00000100007F:0035", "07", zeros).repeat(2);
    expect(valueIn(parseProcNetSockets(text, "udp"))).toEqual([
      { protocol: "udp", family: "IPv6", address: "2001:db8::123:4567:89ab:cdef", port: 8080 },
      { protocol: "udp", family: "IPv6", address: "::", port: 53 },
      { protocol: "udp", family: "IPv4", address: "127.0.0.1", port: 53 },
    ]);
  });
  test("text without header or with a broken row is refused", () => {
    expect(refusalOf(parseProcNetSockets("", "tcp"))).toContain("no header line");
    expect(refusalOf(parseProcNetSockets(`${HEADER}   0: 35`, "tcp"))).toBe("unparsable: line 2: not a socket");
  });
  test("the recorded table has its four listeners", ({ skip }) => {
    skip(corpusIsAbsent, ABSENT);
    const text = corpusFiles("state/proc-net").get("jc-linux-proc-net-tcp.txt") ?? "";
    const listening = text.split("\n").filter((line) => / 0A /.test(line)).length;
    const sockets = valueIn(parseProcNetSockets(text, "tcp"));
    expect(sockets.length).toBe(listening);
    expect(sockets[0]).toEqual({ protocol: "tcp", family: "IPv4", address: "127.0.0.53", port: 53 });
  });
});

describe("ipset save", () => {
  test("sets have a type and members with their options", () => {
    const text =
      "create A hash:ip,port family inet hashsize 1024 maxelem 65536\nadd A 10.96.0.1,tcp:443\ncreate B hash:net family inet\nadd B 10.0.0.0/8 nomatch\n";
    expect([...valueIn(parseIpset(text))]).toEqual([
      ["A", { type: "hash:ip,port", members: ["10.96.0.1,tcp:443"] }],
      ["B", { type: "hash:net", members: ["10.0.0.0/8 nomatch"] }],
    ]);
    expect(valueIn(parseIpset("")).size).toBe(0);
  });
  test("a member of a set that was not created is refused, and so is what `ipset list` prints", ({ skip }) => {
    expect(refusalOf(parseIpset("add A 1.2.3.4"))).toContain("line 1");
    skip(corpusIsAbsent, ABSENT);
    for (const text of corpusFiles("state/ipset").values()) expect(refusalOf(parseIpset(text))).toMatch(/line [12]:/);
  });
});

describe("sysctl, conntrack, processes, namespaces, binaries", () => {
  test("a path becomes a dotted name in which a device's own dots are slashes", () => {
    const text =
      "/proc/sys/net/ipv4/ip_forward:1\n/proc/sys/net/ipv4/conf/eth0.100/rp_filter:2 \n/proc/sys/net/ipv4/ip_local_port_range:32768\t60999\n";
    expect([...valueIn(parseSysctls(text))]).toEqual([
      ["net.ipv4.ip_forward", "1"],
      ["net.ipv4.conf.eth0/100.rp_filter", "2"],
      ["net.ipv4.ip_local_port_range", "32768\t60999"],
    ]);
    expect(refusalOf(parseSysctls(""))).toBe("unparsable: no sysctl in it");
    expect(refusalOf(parseSysctls("net.ipv4.ip_forward = 1"))).toContain("line 1");
  });
  test("conntrack counters are summed over CPUs, the table's size is not", () => {
    const text =
      "entries  clashres found insert_failed\n00000021  00000000 00000001 0000000a\n00000021  00000000 00000002 00000010\n";
    expect([...valueIn(parseConntrackStat(text))]).toEqual([
      ["entries", 33],
      ["clashres", 0],
      ["found", 3],
      ["insert_failed", 26],
    ]);
    expect(refusalOf(parseConntrackStat("entries found\n1 2 3"))).toContain("line 2");
  });
  test("a process has its state, name and arguments, a name may hold blanks and parentheses", () => {
    expect(valueIn(parseProcesses("1 S (systemd)\t/sbin/init splash \n2 S (kthreadd)\t\n77 T (a) (b)\tx\n"))).toEqual([
      { pid: 1, name: "systemd", state: "S", args: ["/sbin/init", "splash"] },
      { pid: 2, name: "kthreadd", state: "S", args: [] },
      { pid: 77, name: "a) (b", state: "T", args: ["x"] },
    ]);
    expect(refusalOf(parseProcesses("PID CMD"))).toContain("line 1");
  });
  test("namespaces and binaries are read line by line", () => {
    expect(valueIn(parseNetns("4026532827 2371 02be0a14-bf66\n"))).toEqual([
      { inode: "4026532827", pid: 2371, podUid: "02be0a14-bf66" },
    ]);
    expect(valueIn(parseCniBinaries("/opt/cni/bin\nx bridge\n- my file\n"))).toEqual({
      directory: "/opt/cni/bin",
      files: [
        { name: "bridge", executable: true },
        { name: "my file", executable: false },
      ],
    });
    expect(refusalOf(parseCniBinaries("x bridge"))).toContain("no directory");
  });
});

describe("kubelet configuration", () => {
  const none = unknown("failed", "does not exist");
  const FILE =
    'clusterDNS: ["10.96.0.10"]\nclusterDomain: cluster.local\nmaxPods: 250\nresolvConf: /run/systemd/resolve/resolv.conf\n';

  test("flags override the file, defaults fill the rest", () => {
    const args =
      "kubelet\n--config=/var/lib/kubelet/config.yaml\n--cluster-dns\n10.0.0.10,fd00::a\n--node-ip=192.0.2.1,2001:db8::1\n--max-pods=40";
    expect(valueIn(readKubeletConfig(known(FILE), known(args)))).toEqual({
      clusterDNS: ["10.0.0.10", "fd00::a"],
      clusterDomain: "cluster.local",
      podCIDR: "",
      resolvConf: "/run/systemd/resolve/resolv.conf",
      maxPods: 40,
      nodeIPs: ["192.0.2.1", "2001:db8::1"],
    });
    expect(valueIn(readKubeletConfig(known("kind: KubeletConfiguration\n"), none))).toMatchObject({
      maxPods: 110,
      resolvConf: "/etc/resolv.conf",
      clusterDNS: [],
    });
    expect(valueIn(readKubeletConfig(known('resolvConf: ""\n'), none)).resolvConf).toBe("");
  });
  test("without a file flags count only if they name none, and drop-in files make it unknown", () => {
    expect(valueIn(readKubeletConfig(none, known("kubelet\n--cluster-dns=10.0.0.10"))).clusterDNS).toEqual([
      "10.0.0.10",
    ]);
    expect(refusalOf(readKubeletConfig(none, known("kubelet\n--config=/x")))).toBe("failed: does not exist");
    expect(refusalOf(readKubeletConfig(known(FILE), known("kubelet\n--config-dir=/etc/d")))).toContain("/etc/d");
  });
  test("what is no mapping, too deep, too long or full of aliases is refused", () => {
    const bomb = ["a: &a [x]", ...Array.from({ length: 200 }, (_, index) => `b${index}: *a`)].join("\n");
    expect(refusalOf(readKubeletConfig(known("- a\n"), none))).toBe("unparsable: expected a mapping");
    expect(refusalOf(readKubeletConfig(known("a: [\n"), none))).toMatch(/^unparsable: not YAML/);
    expect(refusalOf(readKubeletConfig(known(`a: ${"[".repeat(5000)}`), none))).toMatch(/^unparsable: not YAML/);
    expect(refusalOf(readKubeletConfig(known(bomb), none))).toMatch(/^unparsable: not YAML/);
    expect(refusalOf(readKubeletConfig(known("#".repeat(2 ** 21)), none))).toMatch(/^too-large/);
  });
});

describe("runtime configuration", () => {
  test("containerd's and CRI-O's directories are found, the last setting counts", () => {
    const containerd =
      "[plugins.'io.containerd.cri.v1.runtime'.cni]\n  bin_dirs = ['/opt/cni/bin', '/usr/lib/cni']\n  conf_dir = '/etc/cni/net.d/' # here\n  cni_conf_dir = '/no'\n";
    expect(parseRuntimeConfig(containerd)).toEqual({ conf: ["/etc/cni/net.d"], bin: ["/opt/cni/bin", "/usr/lib/cni"] });
    const crio =
      '[crio.network]\n# network_dir = "/x"\nnetwork_dir = "/a"\nplugin_dirs = [\n  "/b",\n]\n[crio.network]\nnetwork_dir = "/c"\n';
    expect(parseRuntimeConfig(crio)).toEqual({ conf: ["/c"], bin: ["/b"] });
    expect(parseRuntimeConfig("")).toEqual({ conf: [], bin: [] });
  });
});
