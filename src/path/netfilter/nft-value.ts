import type { Address } from "../../net/cidr.ts";
import { hasAddress } from "../netns.ts";
import type { Mark, Packet, Ports } from "../packet.ts";
import type { MatchInput } from "./context.ts";
import { isArray, isObject, type JsonObject, onlyMember, textOf } from "./json.ts";

/** What an expression of a rule says of a packet. `absent`: the packet has no such field, so the rule does not match (nft(8)). */
export type NftValue =
  | { readonly kind: "address"; readonly address: Address }
  | { readonly kind: "ports"; readonly ports: Ports }
  | { readonly kind: "mark"; readonly mark: Mark }
  /** One of several spellings of the same: "tcp" and "6". */
  | { readonly kind: "word"; readonly words: readonly string[] }
  /** A bit set of which these are on: conntrack's state and status. */
  | { readonly kind: "flags"; readonly flags: readonly string[] }
  | { readonly kind: "device"; readonly name: string }
  | { readonly kind: "concat"; readonly parts: readonly NftValue[] }
  | { readonly kind: "absent" }
  | { readonly kind: "unknown" };

export const UNKNOWN: NftValue = { kind: "unknown" };
const ABSENT: NftValue = { kind: "absent" };

/** Evaluates the left side of a match or the key of a verdict map, libnftables-json(5) "expressions". */
export function evaluateLeft(left: unknown, input: MatchInput): NftValue {
  const member = onlyMember(left);
  if (member === null) return UNKNOWN;
  const [name, body] = member;
  if (name === "concat") {
    return isArray(body) ? { kind: "concat", parts: body.map((part) => evaluateLeft(part, input)) } : UNKNOWN;
  }
  if (name === "&") return masked(body, input);
  if (!isObject(body)) return UNKNOWN;
  switch (name) {
    case "meta":
      return metaValue(textOf(body.key), input);
    case "payload":
      return payloadValue(body, input.packet);
    case "ct":
      return conntrackValue(textOf(body.key), input);
    case "fib":
      return fibValue(body, input);
    default:
      return UNKNOWN;
  }
}

/** `meta mark & 0x4000`: only marks are masked in what this code evaluates. */
function masked(body: unknown, input: MatchInput): NftValue {
  const [left, mask] = isArray(body) ? body : [];
  const value = evaluateLeft(left, input);
  if (value.kind !== "mark" || typeof mask !== "number") return value.kind === "absent" ? value : UNKNOWN;
  const bits = mask | 0;
  return { kind: "mark", mark: { value: value.mark.value & bits, unknownBits: value.mark.unknownBits & bits } };
}

const PROTOCOL_NUMBERS = new Map([
  ["tcp", "6"],
  ["udp", "17"],
  ["icmp", "1"],
  ["ipv6-icmp", "58"],
  ["ipencap", "4"],
  ["ipv6", "41"],
  ["sctp", "132"],
]);
const protocolWords = (protocol: string): NftValue => ({
  kind: "word",
  words: [protocol, PROTOCOL_NUMBERS.get(protocol) ?? "", protocol === "ipencap" ? "ipip" : ""],
});

function metaValue(key: string, input: MatchInput): NftValue {
  const { packet } = input;
  const ipv4 = packet.source.family === "IPv4";
  switch (key) {
    case "iifname":
    case "iif":
      return deviceValue(input.inputDevice);
    case "oifname":
    case "oif":
      return deviceValue(input.outputDevice);
    case "l4proto":
      return protocolWords(packet.protocol);
    case "nfproto":
      return { kind: "word", words: ipv4 ? ["ipv4", "2"] : ["ipv6", "10"] };
    case "protocol":
      return { kind: "word", words: ipv4 ? ["ip"] : ["ip6"] };
    case "mark":
      return { kind: "mark", mark: packet.mark };
    case "iifkind":
      return kindValue(input, input.inputDevice);
    case "oifkind":
      return kindValue(input, input.outputDevice);
    case "skuid":
    case "skgid":
      return ownerValue(input);
    default:
      return UNKNOWN;
  }
}

/** Whose socket sends: a walk stands for what a probe sends, as root; whose socket answers is not read. */
function ownerValue({ hook, packet }: MatchInput): NftValue {
  return hook === "OUTPUT" && packet.state === "new" ? { kind: "word", words: ["0", "root"] } : UNKNOWN;
}

// nft(8): iifname of a packet that came from no device is the empty name; it equals none.
const deviceValue = (name: string | null): NftValue => (name === null ? ABSENT : { kind: "device", name });

function kindValue(input: MatchInput, device: string | null): NftValue {
  const link = device === null ? undefined : input.netns.linksByName.get(device);
  return link === undefined ? (device === null ? ABSENT : UNKNOWN) : { kind: "word", words: [link.kind] };
}

function payloadValue(body: JsonObject, packet: Packet): NftValue {
  const protocol = textOf(body.protocol);
  const field = textOf(body.field);
  const ipv4 = packet.source.family === "IPv4";
  switch (protocol) {
    case "ip":
      return ipv4 ? headerValue(field, packet) : ABSENT;
    case "ip6":
      return ipv4 ? ABSENT : headerValue(field, packet);
    case "th":
      return portValue(field, packet);
    case "tcp":
    case "udp":
    case "sctp":
      return packet.protocol === protocol ? portValue(field, packet) : ABSENT;
    case "icmp":
    case "icmpv6":
      return icmpValue(protocol, field, packet);
    case "dccp":
      return ABSENT;
    default:
      return UNKNOWN;
  }
}

function headerValue(field: string, packet: Packet): NftValue {
  if (field === "saddr") return { kind: "address", address: packet.source };
  if (field === "daddr") return { kind: "address", address: packet.destination };
  return field === "protocol" || field === "nexthdr" ? protocolWords(packet.protocol) : UNKNOWN;
}

function portValue(field: string, packet: Packet): NftValue {
  if (field !== "sport" && field !== "dport") return UNKNOWN;
  const ports = field === "sport" ? packet.sourcePorts : packet.destinationPorts;
  return ports === null ? ABSENT : { kind: "ports", ports };
}

function icmpValue(protocol: string, field: string, packet: Packet): NftValue {
  if (packet.protocol !== (protocol === "icmp" ? "icmp" : "ipv6-icmp")) return ABSENT;
  if (field !== "type") return UNKNOWN;
  const request = packet.state === "new";
  const number = protocol === "icmp" ? (request ? "8" : "0") : request ? "128" : "129";
  return { kind: "word", words: [request ? "echo-request" : "echo-reply", number] };
}

function conntrackValue(key: string, { packet, tracked }: MatchInput): NftValue {
  if (!tracked) return UNKNOWN;
  switch (key) {
    case "state":
      return {
        kind: "flags",
        flags: [packet.untracked ? "untracked" : packet.state === "new" ? "new" : "established"],
      };
    case "status": {
      const seen = packet.state === "reply" ? ["seen-reply"] : [];
      const nat = [...(packet.destinationTranslated ? ["dnat"] : []), ...(packet.sourceTranslated ? ["snat"] : [])];
      return packet.untracked ? { kind: "flags", flags: [] } : { kind: "flags", flags: [...seen, ...nat] };
    }
    case "mark":
      return { kind: "mark", mark: packet.connmark };
    case "direction":
      return { kind: "word", words: packet.state === "new" ? ["original", "0"] : ["reply", "1"] };
    default:
      return UNKNOWN;
  }
}

/** `fib daddr type`: the kind of address by the local table. Other uses (reverse path) need more than is read here. */
function fibValue(body: JsonObject, input: MatchInput): NftValue {
  const flags = isArray(body.flags) ? body.flags : [body.flags];
  const [flag] = flags;
  if (body.result !== "type" || flags.length !== 1 || (flag !== "daddr" && flag !== "saddr")) return UNKNOWN;
  const address = flag === "daddr" ? input.packet.destination : input.packet.source;
  const local = hasAddress(input.netns, address);
  if (local === null) return UNKNOWN;
  return { kind: "word", words: [local ? "local" : "unicast"] };
}
