import type { Address } from "../net/cidr.ts";

/** What is known of a port: the server's port exactly, a client's port only as a range. */
export interface Ports {
  readonly first: number;
  readonly last: number;
}

/** skb->mark with the bits that could not be told. */
export interface Mark {
  readonly value: number;
  readonly unknownBits: number;
}

/** One packet on its way. `source` is null until the sender's routing has chosen it. */
export interface Packet {
  readonly source: Address;
  readonly destination: Address;
  /** tcp, udp, icmp, ipv6-icmp, ipencap (4), ipv6 (41). */
  readonly protocol: string;
  /** Null for protocols without ports. */
  readonly sourcePorts: Ports | null;
  readonly destinationPorts: Ports | null;
  /** Size of the IP packet where it matters (path-MTU flows), else null: small. */
  readonly bytes: number | null;
  readonly mark: Mark;
  readonly connmark: Mark;
  /** Conntrack's view: the first packet of a connection, or a reply. */
  readonly state: "new" | "reply";
  readonly untracked: boolean;
  /** Conntrack status bits of the connection in the namespace it is in. */
  readonly destinationTranslated: boolean;
  readonly sourceTranslated: boolean;
  /** Set on the outer packet of a tunnel. */
  readonly inner: Encapsulated | null;
}

export interface Encapsulated {
  readonly packet: Packet;
  readonly kind: "vxlan" | "ipip";
  /** VXLAN network identifier; null for others. */
  readonly id: number | null;
  readonly port: number | null;
  /** The MAC the inner frame is addressed to. */
  readonly mac: string | null;
  /** The Node and device that encapsulated. */
  readonly node: string;
  readonly device: string;
}

export const NO_MARK: Mark = { value: 0, unknownBits: 0 };

export const exactPort = (port: number): Ports => ({ first: port, last: port });

/** Where a client's port is drawn from (ip-sysctl, ip_local_port_range, its default); the outer packets of VXLAN draw from it too. */
export const CLIENT_PORTS: Ports = { first: 32_768, last: 60_999 };
/** Where source translation may move it to (nf_nat_l4proto_unique_tuple: ports from 1024 on stay above). */
export const TRANSLATED_PORTS: Ports = { first: 1024, last: 65_535 };

/** What crosses into another network namespace or onto the wire keeps its bytes only (skb_scrub_packet, net/core/skbuff.c). */
export function scrubbed(packet: Packet): Packet {
  return {
    ...packet,
    mark: NO_MARK,
    connmark: NO_MARK,
    untracked: false,
    destinationTranslated: false,
    sourceTranslated: false,
  };
}

/** The answer to a packet, as the receiver sends it. */
export function replyTo(packet: Packet): Packet {
  return {
    ...scrubbed(packet),
    source: packet.destination,
    destination: packet.source,
    sourcePorts: packet.destinationPorts,
    destinationPorts: packet.sourcePorts,
    bytes: null,
    state: "reply",
    inner: null,
  };
}

/** "udp 10.0.0.1 to 10.0.0.2:53" */
export function describePacket(packet: Packet): string {
  return `${packet.protocol} ${packet.source.text} to ${describeEnd(packet)}`;
}

/** "10.0.0.2:53", "[fd00::2]:53": where the packet goes. */
export function describeEnd({ destination, destinationPorts }: Packet): string {
  const port =
    destinationPorts !== null && destinationPorts.first === destinationPorts.last ? `:${destinationPorts.first}` : "";
  return `${destination.family === "IPv6" && port !== "" ? `[${destination.text}]` : destination.text}${port}`;
}
