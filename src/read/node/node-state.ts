import type { Captures } from "../../model/capture.ts";
import { type Learned, mapLearned, unknown } from "../../model/learned.ts";
import type { KubeletConfig, NodeState, ResolvConf } from "../../model/node.ts";
import { readCniFiles } from "./cni-files.ts";
import { parseConntrackStat } from "./conntrack-stat.ts";
import { parseFdb } from "./fdb.ts";
import { parseIpset } from "./ipset.ts";
import { readKubeletConfig } from "./kubelet-config.ts";
import { parseLinks } from "./link.ts";
import { parseNeighbours } from "./neighbour.ts";
import { parseNetns, parseNetnsFiles } from "./netns.ts";
import { isBigEndian, readIptables, readLinks, readRoutes, readRules, readSockets } from "./network.ts";
import { parseNftRuleset } from "./nft-ruleset.ts";
import { readPodNetns } from "./pod-netns.ts";
import { parseProcesses } from "./process.ts";
import { parseQdiscs } from "./qdisc.ts";
import { parseResolvConf } from "./resolv-conf.ts";
import { named, readSection, textOf } from "./section.ts";
import { parseSysctls } from "./sysctl.ts";

/** The state of a Node from its captures node/<node>/…. Every part may be unknown on its own, with the capture named. Never throws. */
export function readNodeState(node: string, captures: Captures): NodeState {
  const prefix = `node/${node}/`;
  const section = <T>(name: string, parse: (text: string) => Learned<T>) =>
    readSection(captures, `${prefix}${name}`, parse);
  const kubelet = named(
    `${prefix}kubelet-config`,
    readKubeletConfig(textOf(captures, `${prefix}kubelet-config`), textOf(captures, `${prefix}kubelet-args`)),
  );
  const resolvConf = section("resolv-conf", parseResolvConf);
  const bound = textOf(captures, `${prefix}netns-files`);
  const files = parseNetnsFiles(bound.known ? bound.value : "");
  return {
    node,
    kernel: mapLearned(textOf(captures, `${prefix}uname`), readRelease),
    links: readLinks(prefix, captures),
    routes: readRoutes(prefix, captures),
    rules: readRules(prefix, captures),
    neighbours: section("neigh", parseNeighbours),
    fdb: section("fdb", parseFdb),
    qdiscs: section("qdisc", parseQdiscs),
    iptables: readIptables(prefix, captures),
    nftables: section("nft", parseNftRuleset),
    ipsets: section("ipset", parseIpset),
    sysctls: section("sysctl", parseSysctls),
    sysctlsAtStart: section("sysctl-at-start", parseSysctls),
    // `ip -j addr` has of each device what `ip -j link` has.
    linksAtStart: section("addr-at-start", (text) => parseLinks(text, text)),
    sockets: readSockets(prefix, captures, isBigEndian(captures, node)),
    resolvConf,
    kubeletResolvConf: captures.has(`${prefix}kubelet-resolv-conf`)
      ? section("kubelet-resolv-conf", parseResolvConf)
      : resolvConfForPods(kubelet, resolvConf),
    kubelet,
    ...readCniFiles(node, captures),
    conntrackStats: section("conntrack-stat", parseConntrackStat),
    processes: section("processes", parseProcesses),
    netns: mapLearned(section("netns", parseNetns), (entries) =>
      entries.map((entry) => readPodNetns(node, { ...entry, path: files.get(entry.inode) ?? "" }, captures)),
    ),
  };
}

/** `uname -srm`: "Linux 6.8.0-31-generic x86_64" → "6.8.0-31-generic" */
function readRelease(uname: string): string {
  return uname.trim().split(/\s+/)[1] ?? uname.trim();
}

/** Where kubelet names no other file, Pods inherit /etc/resolv.conf. */
function resolvConfForPods(kubelet: Learned<KubeletConfig>, node: Learned<ResolvConf>): Learned<ResolvConf> {
  if (!kubelet.known) return kubelet;
  const file = kubelet.value.resolvConf;
  return file === "/etc/resolv.conf"
    ? node
    : unknown("not-collected", `kubelet's resolvConf ${file} was not collected`);
}
