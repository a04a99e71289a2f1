import type { WitnessMark } from "../../model/witness.ts";
import { markBytes } from "./mark.ts";

/**
 * nft commands that switch the kernel's rule trace on (`meta nftrace set 1`, nft(8)) for the marked flow and its answers, before any other
 * table sees them. Nothing is dropped, changed or counted. Answers are known by the addresses that the flow left with, kept in a set, so
 * that they are found also where the source was translated. Made of numbers and the run's name only.
 */
export function traceRules(mark: WitnessMark, vxlanPorts: readonly number[]): string {
  const table = `inet netdoctor_${mark.run}`;
  const ipv4 = mark.family === "IPv4";
  const opens = `meta nfproto ${ipv4 ? "ipv4" : "ipv6"} ${opening(mark)}`;
  const note = mark.protocol === "icmp" ? "" : ` add @seen { ${ipv4 ? "ip" : "ip6"} saddr . ${mark.protocol} sport }`;
  const answers = `${mark.protocol === "tcp" ? "tcp flags & (syn | rst) != 0 " : ""}${ipv4 ? "ip" : "ip6"} daddr . ${mark.protocol} dport @seen`;
  const outer = vxlanPorts.flatMap((port) => inTunnel(mark, port));
  const traced = [`${opens}${note}`, ...(mark.protocol === "icmp" ? [] : [answers]), ...outer];
  return [
    `add table ${table} { flags owner; }`,
    `add set ${table} seen { type ${ipv4 ? "ipv4_addr" : "ipv6_addr"} . inet_service; flags dynamic; size 64; }`,
    `add chain ${table} before { type filter hook prerouting priority -301; }`,
    `add chain ${table} sent { type filter hook output priority -301; }`,
    ...["before", "sent"].flatMap((chain) =>
      traced.map((rule) => `add rule ${table} ${chain} ${rule} meta nftrace set 1`),
    ),
    `add chain ${table} after { type filter hook postrouting priority 301; }`,
    ...(note === "" ? [] : [`add rule ${table} after ${opens}${note}`]),
  ].join("\n");
}

function opening(mark: WitnessMark): string {
  if (mark.protocol === "tcp") return `tcp flags & (syn | ack) == syn tcp option maxseg size ${mark.segmentBytes ?? 0}`;
  const { offset, hex } = markBytes(mark);
  const protocol = mark.protocol === "udp" ? "udp" : mark.family === "IPv4" ? "icmp" : "ipv6-icmp";
  return `meta l4proto ${protocol} @th,${offset * 8},${hex.length * 4} 0x${hex}`;
}

/** The encapsulated packet: outer UDP, VXLAN and inner Ethernet headers (RFC 7348), an inner IP header without options. */
function inTunnel(mark: WitnessMark, port: number): readonly string[] {
  const transport = 8 + 8 + 14 + (mark.family === "IPv4" ? 20 : 40);
  const { offset, hex } = markBytes(mark);
  const marked = `udp dport ${port} @th,${(transport + offset) * 8},${hex.length * 4} 0x${hex}`;
  if (mark.sourcePort === null) return [marked];
  const answer = `udp dport ${port} @th,${(transport + 2) * 8},16 ${mark.sourcePort}`;
  // Of TCP only what opens or refuses a connection.
  return [marked, mark.protocol === "tcp" ? `${answer} @th,${(transport + 13) * 8 + 5},2 != 0` : answer];
}
