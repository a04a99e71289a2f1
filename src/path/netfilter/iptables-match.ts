import type { IptablesMatch } from "../../model/node.ts";
import type { Cidr } from "../../net/cidr.ts";
import { includesAddress } from "../../net/cidr.ts";
import { parseBlock } from "../address.ts";
import { hasAddress } from "../netns.ts";
import type { Packet, Ports } from "../packet.ts";
import type { MatchInput } from "./context.ts";
import { matchSet } from "./ipset.ts";
import { and, markEquals, not, or, portsWithin, type Truth, truthOf } from "./truth.ts";

type Matcher = (values: readonly string[], input: MatchInput, match: IptablesMatch) => Truth;

/** Whether a packet matches all of a rule's matches, iptables-extensions(8). What this code does not know is "maybe". */
export function matchesAll(matches: readonly IptablesMatch[], input: MatchInput): Truth {
  let all: Truth = "yes";
  for (const match of matches) {
    const truth = matchOne(match, input);
    if (truth === "no") return "no";
    if (truth === "maybe") all = "maybe";
  }
  return all;
}

function matchOne(match: IptablesMatch, input: MatchInput): Truth {
  const matcher = MATCHERS.get(`${match.module} ${match.option}`) ?? MODULES.get(match.module);
  const truth = matcher === undefined ? "maybe" : matcher(match.values, input, match);
  return match.inverted ? not(truth) : truth;
}

// Rules are looked at again for every packet: their prefixes are parsed once.
const blocks = new WeakMap<IptablesMatch, readonly (Cidr | null)[]>();

function blocksOf(match: IptablesMatch): readonly (Cidr | null)[] {
  const known = blocks.get(match);
  if (known !== undefined) return known;
  const parsed = match.values.flatMap((value) => value.split(",")).map(parseBlock);
  blocks.set(match, parsed);
  return parsed;
}

function inBlocks(match: IptablesMatch, address: Packet["source"]): Truth {
  return or(blocksOf(match).map((block) => (block === null ? "maybe" : truthOf(includesAddress(block, address)))));
}

const PROTOCOL_NUMBERS = new Map([
  ["1", "icmp"],
  ["4", "ipencap"],
  ["6", "tcp"],
  ["17", "udp"],
  ["41", "ipv6"],
  ["47", "gre"],
  ["58", "ipv6-icmp"],
  ["132", "sctp"],
  ["ipip", "ipencap"],
  ["icmp6", "ipv6-icmp"],
  ["icmpv6", "ipv6-icmp"],
]);

/** A protocol as iptables or nft name it, in the words of a Packet. */
const protocolName = (word: string): string => PROTOCOL_NUMBERS.get(word) ?? word;

function matchProtocol(values: readonly string[], { packet }: MatchInput): Truth {
  const wanted = protocolName(values[0] ?? "");
  return truthOf(wanted === "all" || wanted === "0" || wanted === packet.protocol);
}

/** A device name; a "+" at its end stands for any rest (iptables(8), -i). Null = the packet has no such device here. */
function matchDevice(pattern: string, device: string | null): Truth {
  if (device === null) return "no";
  return truthOf(pattern.endsWith("+") ? device.startsWith(pattern.slice(0, -1)) : pattern === device);
}

function matchPortList(values: readonly string[], ports: Ports | null): Truth {
  return or((values[0] ?? "").split(",").map((word) => matchPortRange(word, ports)));
}

function matchPortRange(word: string, ports: Ports | null): Truth {
  const [, first, colon, last] = /^(\d*)(:?)(\d*)$/.exec(word) ?? [];
  if (first === undefined || word === "") return "maybe";
  const low = first === "" ? 0 : Number(first);
  const high = colon === "" ? low : last === "" ? 65_535 : Number(last);
  return portsWithin(ports, low, high);
}

function matchState(values: readonly string[], { packet, tracked }: MatchInput): Truth {
  if (!tracked) return "maybe";
  return or((values[0] ?? "").split(",").map((word) => stateIs(word, packet)));
}

function stateIs(word: string, packet: Packet): Truth {
  if (packet.untracked) return truthOf(word === "UNTRACKED");
  switch (word) {
    case "NEW":
      return truthOf(packet.state === "new");
    case "ESTABLISHED":
      return truthOf(packet.state === "reply");
    case "RELATED":
    case "INVALID":
    case "UNTRACKED":
      return "no";
    case "DNAT":
      return truthOf(packet.destinationTranslated);
    case "SNAT":
      return truthOf(packet.sourceTranslated);
    default:
      return "maybe";
  }
}

function matchMark(values: readonly string[], mark: Packet["mark"]): Truth {
  const [value, mask] = (values[0] ?? "").split("/").map(Number);
  if (value === undefined || Number.isNaN(value) || Number.isNaN(mask ?? 0)) return "maybe";
  return markEquals(mark, value | 0, (mask ?? 0xffffffff) | 0);
}

function matchAddressType(values: readonly string[], input: MatchInput, address: Packet["source"]): Truth {
  return or((values[0] ?? "").split(",").map((type) => addressTypeIs(type, input, address)));
}

function addressTypeIs(type: string, { netns }: MatchInput, address: Packet["source"]): Truth {
  const local = truthOf(hasAddress(netns, address));
  const multicast = address.family === "IPv4" ? address.value >> 28n === 0xen : address.value >> 120n === 0xffn;
  switch (type) {
    case "LOCAL":
      return local;
    case "MULTICAST":
      return truthOf(multicast);
    case "UNICAST":
      return multicast ? "no" : not(local);
    // A walk follows unicast flows only.
    case "BROADCAST":
      return "no";
    default:
      return "maybe";
  }
}

/** The first packet of a TCP connection carries SYN alone, the reply SYN and ACK. */
function matchTcpFlags([mask = "", set = ""]: readonly string[], { packet }: MatchInput): Truth {
  if (packet.protocol !== "tcp") return "no";
  const carried = packet.state === "new" ? ["SYN"] : ["SYN", "ACK"];
  const examined = mask === "ALL" ? ["FIN", "SYN", "RST", "PSH", "ACK", "URG"] : mask.split(",");
  const wanted = set === "NONE" ? [] : set === "ALL" ? examined : set.split(",");
  return truthOf(examined.every((flag) => carried.includes(flag) === wanted.includes(flag)));
}

/** Pings are the only ICMP that a walk sends: an echo request there, an echo reply back. */
function matchIcmpType(values: readonly string[], { packet }: MatchInput): Truth {
  if (packet.protocol !== "icmp" && packet.protocol !== "ipv6-icmp") return "no";
  const request = packet.state === "new";
  const [number, code] = (values[0] ?? "").split("/");
  const own = packet.protocol === "icmp" ? (request ? "8" : "0") : request ? "128" : "129";
  const name = request ? "echo-request" : "echo-reply";
  if (number === "any" || number === "255") return "yes";
  return truthOf((number === own || number === name) && (code === undefined || code === "0"));
}

function matchPhysdev(values: readonly string[], input: MatchInput, match: IptablesMatch): Truth {
  const pattern = values[0] ?? "";
  switch (match.option) {
    case "--physdev-in":
      return matchDevice(pattern, input.inputPort);
    case "--physdev-out":
      return input.bridged ? matchDevice(pattern, input.outputPort) : "no";
    case "--physdev-is-in":
      return truthOf(input.inputPort !== null);
    case "--physdev-is-out":
      return truthOf(input.outputPort !== null);
    case "--physdev-is-bridged":
      return truthOf(input.bridged);
    default:
      return "maybe";
  }
}

/** Whose socket sends (net/netfilter/xt_owner.c). A walk stands for what a probe sends, as root; whose socket answers is not read. */
function matchOwner(values: readonly string[], { hook, packet }: MatchInput, { option }: IptablesMatch): Truth {
  if (hook !== "OUTPUT") return "maybe";
  if (option === "--socket-exists") return "yes";
  if (packet.state !== "new" || option === "--suppl-groups") return "maybe";
  const range = /^(\d+)(?:-(\d+))?$/.exec(values[0] ?? "");
  return range === null ? truthOf(values[0] === "root" ? true : null) : truthOf(Number(range[1]) === 0);
}

const always: Matcher = () => "yes";
const destinationPort: Matcher = (values, { packet }) => matchPortList(values, packet.destinationPorts);
const sourcePort: Matcher = (values, { packet }) => matchPortList(values, packet.sourcePorts);

const MATCHERS: ReadonlyMap<string, Matcher> = new Map<string, Matcher>([
  [" -s", (_, { packet }, match) => inBlocks(match, packet.source)],
  [" -d", (_, { packet }, match) => inBlocks(match, packet.destination)],
  [" -i", ([name = ""], { inputDevice }) => matchDevice(name, inputDevice)],
  [" -o", ([name = ""], { outputDevice }) => matchDevice(name, outputDevice)],
  [" -p", matchProtocol],
  // Second and further fragments only; a walk's packet is whole.
  [" -f", () => "no"],
  ["tcp --dport", (values, input) => and([matchProtocol(["tcp"], input), destinationPort(values, input, NONE)])],
  ["tcp --sport", (values, input) => and([matchProtocol(["tcp"], input), sourcePort(values, input, NONE)])],
  ["sctp --dport", (values, input) => and([matchProtocol(["sctp"], input), destinationPort(values, input, NONE)])],
  ["sctp --sport", (values, input) => and([matchProtocol(["sctp"], input), sourcePort(values, input, NONE)])],
  ["udp --dport", (values, input) => and([matchProtocol(["udp"], input), destinationPort(values, input, NONE)])],
  ["udp --sport", (values, input) => and([matchProtocol(["udp"], input), sourcePort(values, input, NONE)])],
  ["tcp --tcp-flags", matchTcpFlags],
  ["icmp --icmp-type", matchIcmpType],
  ["icmp6 --icmpv6-type", matchIcmpType],
  ["icmpv6 --icmpv6-type", matchIcmpType],
  ["ipv6-icmp --icmpv6-type", matchIcmpType],
  ["multiport --dports", destinationPort],
  ["multiport --sports", sourcePort],
  ["multiport --ports", (values, input) => or([destinationPort(values, input, NONE), sourcePort(values, input, NONE)])],
  ["conntrack --ctstate", matchState],
  ["state --state", matchState],
  ["mark --mark", (values, { packet }) => matchMark(values, packet.mark)],
  ["connmark --mark", (values, { packet, tracked }) => (tracked ? matchMark(values, packet.connmark) : "maybe")],
  ["addrtype --dst-type", (values, input) => matchAddressType(values, input, input.packet.destination)],
  ["addrtype --src-type", (values, input) => matchAddressType(values, input, input.packet.source)],
  ["set --match-set", matchSet],
  // "set --return-nomatch" and its like only change what a set's own options do.
  ["set --return-nomatch", always],
  ["pkttype --pkt-type", (values) => truthOf(values[0] === "unicast")],
]);
const NONE: IptablesMatch = { module: "", option: "", inverted: false, values: [] };

const MODULES: ReadonlyMap<string, Matcher> = new Map<string, Matcher>([
  ["comment", always],
  // Counts what the rest of the rule matches.
  ["nfacct", always],
  ["physdev", matchPhysdev],
  ["owner", matchOwner],
]);
