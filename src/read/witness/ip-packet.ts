import { parseAddress } from "../../net/cidr.ts";

/** An IP packet, as much of it as was captured. Ports are null where the protocol has none, or the capture ends before them. */
export interface IpPacket {
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  /** Of the packet, by its header. */
  readonly totalBytes: number;
  readonly sourcePort: number | null;
  readonly destinationPort: number | null;
  /** The transport header and what follows. */
  readonly transport: DataView;
}
export interface Encapsulation {
  readonly kind: "vxlan" | "ipip";
  readonly source: string;
  readonly destination: string;
}

export const TCP = 6;
export const UDP = 17;
export const ICMP = 1;
export const ICMPV6 = 58;
const IPIP = 4;
// UDP and VXLAN headers and the inner Ethernet header (RFC 7348).
const VXLAN_BYTES = 8 + 8 + 14;

/** Reads an IPv4 or IPv6 packet; null where it is cut before the end of its header, or is a later fragment. */
export function readIpPacket(bytes: DataView): IpPacket | null {
  if (bytes.byteLength < 20) return null;
  const version = bytes.getUint8(0) >> 4;
  if (version === 4) return readIpv4(bytes);
  return version === 6 && bytes.byteLength >= 40 ? readIpv6(bytes) : null;
}

function readIpv4(bytes: DataView): IpPacket | null {
  const header = (bytes.getUint8(0) & 15) * 4;
  const later = (bytes.getUint16(6) & 0x1fff) !== 0;
  if (header < 20 || bytes.byteLength < header || later) return null;
  const address = (offset: number): string => [0, 1, 2, 3].map((at) => bytes.getUint8(offset + at)).join(".");
  const ends = { source: address(12), destination: address(16), totalBytes: bytes.getUint16(2) };
  return withPorts({ ...ends, protocol: bytes.getUint8(9) }, rest(bytes, header));
}

/** Extension headers are not followed: such a packet has their number as its protocol. */
function readIpv6(bytes: DataView): IpPacket {
  const address = (offset: number): string => {
    const groups = [0, 2, 4, 6, 8, 10, 12, 14].map((at) => bytes.getUint16(offset + at).toString(16)).join(":");
    return parseAddress(groups)?.text ?? groups;
  };
  const ends = { source: address(8), destination: address(24), totalBytes: 40 + bytes.getUint16(4) };
  return withPorts({ ...ends, protocol: bytes.getUint8(6) }, rest(bytes, 40));
}

function withPorts(
  head: Pick<IpPacket, "source" | "destination" | "protocol" | "totalBytes">,
  transport: DataView,
): IpPacket {
  const has = (head.protocol === TCP || head.protocol === UDP) && transport.byteLength >= 4;
  return {
    ...head,
    transport,
    sourcePort: has ? transport.getUint16(0) : null,
    destinationPort: has ? transport.getUint16(2) : null,
  };
}

/** The packet inside a VXLAN datagram to one of the ports, or inside IPIP; null where it is neither. */
export function decapsulated(
  packet: IpPacket,
  vxlanPorts: ReadonlySet<number>,
): { readonly packet: IpPacket; readonly tunnel: Encapsulation } | null {
  const { source, destination, transport } = packet;
  if (packet.protocol === UDP && packet.destinationPort !== null && vxlanPorts.has(packet.destinationPort)) {
    const inner = transport.byteLength > VXLAN_BYTES ? readIpPacket(rest(transport, VXLAN_BYTES)) : null;
    return inner === null ? null : { packet: inner, tunnel: { kind: "vxlan", source, destination } };
  }
  if (packet.protocol === IPIP) {
    const inner = readIpPacket(transport);
    return inner === null ? null : { packet: inner, tunnel: { kind: "ipip", source, destination } };
  }
  return null;
}

/** The view from an offset on; empty where it ends before. */
export function rest(bytes: DataView, offset: number): DataView {
  const start = Math.min(offset, bytes.byteLength);
  return new DataView(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start);
}
