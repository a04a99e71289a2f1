import { ICMP, type IpPacket, readIpPacket, rest } from "./ip-packet.ts";

const UNREACHABLE: Readonly<Record<number, string>> = {
  0: "network unreachable",
  1: "host unreachable",
  2: "protocol unreachable",
  3: "port unreachable",
  9: "administratively prohibited",
  10: "administratively prohibited",
  13: "administratively prohibited",
};
const UNREACHABLE6: Readonly<Record<number, string>> = {
  0: "no route",
  1: "administratively prohibited",
  3: "address unreachable",
  4: "port unreachable",
  5: "failed ingress or egress policy",
  6: "reject route",
};

/** An ICMP error in words, with who sent it and what it allows (RFC 792, RFC 1191, RFC 4443); null for other messages. */
export function icmpError({ protocol, transport, source }: IpPacket): string | null {
  if (transport.byteLength < 8) return null;
  const type = transport.getUint8(0);
  const code = transport.getUint8(1);
  const from = ` from ${source}`;
  if (protocol === ICMP) {
    if (type === 3 && code === 4) return `fragmentation needed (MTU ${transport.getUint16(6)})${from}`;
    if (type === 3) return `${UNREACHABLE[code] ?? `unreachable, code ${code}`}${from}`;
    return type === 11 ? `time exceeded${from}` : null;
  }
  if (type === 1) return `${UNREACHABLE6[code] ?? `unreachable, code ${code}`}${from}`;
  if (type === 2) return `packet too big (MTU ${transport.getUint32(4)})${from}`;
  return type === 3 ? `time exceeded${from}` : null;
}

/** The packet that the error is about: its IP header and at least eight bytes more. */
export function quotedPacket({ transport }: IpPacket): IpPacket | null {
  return readIpPacket(rest(transport, 8));
}
