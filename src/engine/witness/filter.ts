import type { WitnessMark } from "../../model/witness.ts";
import type { Address } from "../../net/cidr.ts";
import { markBytes } from "./mark.ts";

export interface FilterInput {
  readonly mark: WitnessMark;
  /** Addresses the packet is sent to, before and after translation. */
  readonly destinations: readonly Address[];
  /** UDP ports of the VXLAN devices of the Node. */
  readonly vxlanPorts: readonly number[];
  readonly ipip: boolean;
}

/** Bytes of an IP header without options. */
const IP_BYTES = { IPv4: 20, IPv6: 40 } as const;
// UDP and VXLAN headers and the inner Ethernet header (RFC 7348).
const INNER_IP = 8 + 8 + 14;
const PROTOCOL_NUMBER = {
  IPv4: { tcp: 6, udp: 17, icmp: 1 },
  IPv6: { tcp: 6, udp: 17, icmp: 58 },
} as const;

/**
 * The tcpdump expression for one network namespace. It takes the packets that open the flow, their answers and refusals, plain and inside
 * VXLAN or IPIP, whatever their addresses were translated to. Made of numbers and parsed addresses only.
 */
export function captureFilter(input: FilterInput): string {
  const { mark } = input;
  const family = mark.family === "IPv4" ? "ip" : "ip6";
  const plain = [`(${bytesMatch(input, mark.family === "IPv4" ? "ip" : "ip6", 0)})`];
  if (mark.sourcePort !== null) plain.push(`(${mark.protocol} port ${mark.sourcePort}${flagged(mark)})`);
  plain.push(`(${refusals(input)})`);
  const parts = [`(${family} and (${plain.join(" or ")}))`];
  for (const port of input.vxlanPorts) {
    parts.push(`(ip and udp port ${port} and (${bytesMatch(input, "udp", INNER_IP)}))`);
    // libpcap has no offsets into UDP over IPv6.
    parts.push(`(ip6 and udp port ${port})`);
  }
  if (input.ipip && mark.family === "IPv4") parts.push(`(ip proto 4 and (${bytesMatch(input, "ip", IP_BYTES.IPv4)}))`);
  return parts.join(" or ");
}

/** Of TCP only what opens or refuses a connection. */
const flagged = ({ protocol, family }: WitnessMark): string => {
  if (protocol !== "tcp") return "";
  return family === "IPv4" ? " and tcp[13] & 6 != 0" : " and ip6[53] & 6 != 0";
};

/** The mark itself, the flow's port, and answers of its destinations, in an IP packet that begins at `base` of the header named. */
function bytesMatch({ mark, destinations }: FilterInput, header: "ip" | "ip6" | "udp", base: number): string {
  const transport = base + IP_BYTES[mark.family];
  const word = (offset: number, value: string): string => `${header}[${offset}:4] = 0x${value}`;
  const protocolAt = base + (mark.family === "IPv4" ? 9 : 6);
  const { offset, hex } = markBytes(mark);
  const marked = [0, 4]
    .filter((at) => at * 2 < hex.length)
    .map((at) => word(transport + offset + at, hex.slice(at * 2, at * 2 + 8)));
  const any = [`(${marked.join(" and ")})`];
  if (mark.protocol === "tcp") any.push(`(${header}[${transport + 13}] & 6 != 0 and (${fromEnds(word)}))`);
  if (mark.protocol === "udp") any.push(`(${fromEnds(word)})`);
  return `${header}[${protocolAt}] = ${PROTOCOL_NUMBER[mark.family][mark.protocol]} and (${any.join(" or ")})`;

  function fromEnds(match: typeof word): string {
    const sourceAt = base + (mark.family === "IPv4" ? 12 : 8);
    const from = destinations.map((address) =>
      words(address)
        .map((value, index) => match(sourceAt + index * 4, value))
        .join(" and "),
    );
    const ports =
      mark.sourcePort === null ? [] : [0, 2].map((at) => `${header}[${transport + at}:2] = ${mark.sourcePort}`);
    return [...from.map((text) => `(${text})`), ...ports].join(" or ");
  }
}

/** ICMP errors (RFC 792, RFC 4443) that quote a packet to one of the destinations. */
function refusals({ mark, destinations }: FilterInput): string {
  const ipv4 = mark.family === "IPv4";
  const quoted = destinations.map((address) =>
    words(address)
      .map((value, index) => `${ipv4 ? "icmp" : "ip6"}[${(ipv4 ? 8 + 16 : 48 + 24) + index * 4}:4] = 0x${value}`)
      .join(" and "),
  );
  const either = quoted.map((text) => `(${text})`).join(" or ");
  return ipv4
    ? `icmp and (icmp[0] = 3 or icmp[0] = 11) and (${either})`
    : `ip6[6] = 58 and ip6[40] <= 4 and (${either})`;
}

/** An address as words of four bytes, hexadecimal. */
function words({ family, value }: Address): readonly string[] {
  const digits = value.toString(16).padStart(family === "IPv4" ? 8 : 32, "0");
  return digits.match(/.{8}/g) ?? [];
}
