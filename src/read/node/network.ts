import type { Captures } from "../../model/capture.ts";
import { known, type Learned, unknown } from "../../model/learned.ts";
import type { IptablesRuleset, Link, Route, RoutingRule, Socket } from "../../model/node.ts";
import { type IptablesSource, parseIptablesSave } from "./iptables-save.ts";
import { parseLinks } from "./link.ts";
import { parseProcNetSockets } from "./proc-net-sockets.ts";
import { parseRoutes } from "./route.ts";
import { parseRules } from "./rule.ts";
import { joined, named, noneWithoutIpv6, readSection, textOf } from "./section.ts";

/** The parts that a Node's own namespace and a Pod's have in common. `prefix` ends with "/". */
export function readLinks(prefix: string, captures: Captures): Learned<readonly Link[]> {
  const links = textOf(captures, `${prefix}link`);
  const addresses = textOf(captures, `${prefix}addr`);
  if (!links.known) return links;
  return addresses.known ? named(`${prefix}link`, parseLinks(links.value, addresses.value)) : addresses;
}

export function readRoutes(prefix: string, captures: Captures): Learned<readonly Route[]> {
  return joined(
    readSection(captures, `${prefix}route4`, (text) => parseRoutes(text, "IPv4")),
    noneWithoutIpv6(readSection(captures, `${prefix}route6`, (text) => parseRoutes(text, "IPv6"))),
  );
}

export function readRules(prefix: string, captures: Captures): Learned<readonly RoutingRule[]> {
  return joined(
    readSection(captures, `${prefix}rule4`, (text) => parseRules(text, "IPv4")),
    noneWithoutIpv6(readSection(captures, `${prefix}rule6`, (text) => parseRules(text, "IPv6"))),
  );
}

export function readSockets(prefix: string, captures: Captures, bigEndian: boolean): Learned<readonly Socket[]> {
  const read = (file: string, protocol: Socket["protocol"]) =>
    readSection(captures, `${prefix}proc-net-${file}`, (text) => parseProcNetSockets(text, protocol, bigEndian));
  return joined(
    read("tcp", "tcp"),
    noneWithoutIpv6(read("tcp6", "tcp")),
    read("udp", "udp"),
    noneWithoutIpv6(read("udp6", "udp")),
  );
}

const BACKENDS = [
  ["-nft", "nft"],
  ["-legacy", "legacy"],
  ["", "unknown"],
] as const;
const TABLES = ["raw", "mangle", "nat", "filter", "security"];

/**
 * Every back end that was captured. A back end without capture is not on this Node; with none at all, that is only said when the `nft`
 * capture, which is taken later, is there. An unread IPv4 back end makes all unknown, since it may drop; of an IPv6 one the tables
 * are listed as unreadable.
 */
export function readIptables(prefix: string, captures: Captures): Learned<readonly IptablesRuleset[]> {
  const sources = (["IPv4", "IPv6"] as const).flatMap((family) =>
    BACKENDS.map(([suffix, backend]): IptablesSource => {
      return { family, backend, capture: `${prefix}${family === "IPv4" ? "iptables" : "ip6tables"}${suffix}` };
    }).filter((source) => captures.has(source.capture)),
  );
  if (sources.length === 0) {
    return textOf(captures, `${prefix}nft`).known
      ? known([])
      : unknown("not-collected", `${prefix}iptables-nft was not collected`);
  }
  const rulesets: IptablesRuleset[] = [];
  for (const source of sources) {
    const ruleset = readSection(captures, source.capture, (text) => parseIptablesSave(text, source));
    if (ruleset.known) rulesets.push(ruleset.value);
    else if (source.family === "IPv4") return ruleset;
    else rulesets.push({ ...source, tables: new Map(), unreadable: TABLES });
  }
  return known(rulesets);
}

/** Machines on which /proc/net prints the bytes of an address in network order, by `uname -m`. */
export function isBigEndian(captures: Captures, node: string): boolean {
  const uname = textOf(captures, `node/${node}/uname`);
  return uname.known && /\b(?:s390x?|ppc|ppc64|mips|mips64|sparc64)\s*$/.test(uname.value);
}
