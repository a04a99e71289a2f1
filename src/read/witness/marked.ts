import type { Way, WitnessMark } from "../../model/witness.ts";
import { icmpError, quotedPacket } from "./icmp-error.ts";
import { ICMP, ICMPV6, type IpPacket, TCP, UDP } from "./ip-packet.ts";

/** What a packet is to the marked flow. */
export interface Marked {
  readonly way: Way;
  readonly what: string;
  readonly refusal: boolean;
}

const SYN = 2;
const RST = 4;
const ACK = 16;

/**
 * Tells the packets of one flow from all others. What it learns of the forward packets (addresses and ports as they were at each place,
 * the first sequence number) lets it know the answers, so packets must be given in the order of time.
 */
export class MarkedFlow {
  readonly #mark: WitnessMark;
  /** Forward packets as "source port destination port". */
  readonly #forward = new Set<string>();
  readonly #acknowledgements = new Set<number>();

  constructor(mark: WitnessMark) {
    this.#mark = mark;
  }

  /** Null = not of this flow. */
  recognise(packet: IpPacket): Marked | null {
    if (packet.protocol === ICMP || packet.protocol === ICMPV6) return this.#icmp(packet);
    if (this.#mark.protocol === "tcp" && packet.protocol === TCP) return this.#tcp(packet);
    if (this.#mark.protocol === "udp" && packet.protocol === UDP) return this.#udp(packet);
    return null;
  }

  /** The way of a packet with these ends, by what was learnt; null where they are not the flow's. */
  wayOf(packet: Ends): Way | null {
    if (this.#forward.has(tuple(packet))) return "forward";
    return this.#forward.has(tuple(reversed(packet))) ? "reply" : null;
  }

  #tcp(packet: IpPacket): Marked | null {
    const { transport } = packet;
    if (transport.byteLength < 14) return null;
    const flags = transport.getUint8(13);
    if ((flags & (SYN | ACK)) === SYN && this.#isMarkedSyn(packet)) {
      this.#forward.add(tuple(packet));
      this.#acknowledgements.add((transport.getUint32(4) + 1) >>> 0);
      return { way: "forward", what: "SYN", refusal: false };
    }
    const way = this.#acknowledges(flags, transport) ? "reply" : this.wayOf(packet);
    if ((flags & RST) !== 0 && way !== null) return { way, what: "RST", refusal: true };
    return (flags & SYN) !== 0 && (flags & ACK) !== 0 && way === "reply"
      ? { way, what: "SYN+ACK", refusal: false }
      : null;
  }

  #isMarkedSyn({ transport }: IpPacket): boolean {
    const value = 0x02040000 + (this.#mark.segmentBytes ?? 0);
    return transport.byteLength >= 24 && transport.getUint32(20) === value;
  }

  #acknowledges(flags: number, transport: DataView): boolean {
    return (flags & ACK) !== 0 && this.#acknowledgements.has(transport.getUint32(8));
  }

  #udp(packet: IpPacket): Marked | null {
    const way = this.wayOf(packet);
    if (way !== null) return { way, what: "datagram", refusal: false };
    if (!this.#hasPayload(packet.transport, 8)) return null;
    this.#forward.add(tuple(packet));
    return { way: "forward", what: "datagram", refusal: false };
  }

  #icmp(packet: IpPacket): Marked | null {
    const { transport, protocol } = packet;
    if (transport.byteLength < 8) return null;
    const type = transport.getUint8(0);
    const [request, reply] = protocol === ICMP ? [8, 0] : [128, 129];
    if (type === request || type === reply) {
      if (this.#mark.protocol !== "icmp" || !this.#hasPayload(transport, 24)) return null;
      if (type === reply) return { way: "reply", what: "echo reply", refusal: false };
      this.#forward.add(tuple(packet));
      return { way: "forward", what: "echo request", refusal: false };
    }
    const what = icmpError(packet);
    const quoted = what === null ? null : quotedPacket(packet);
    const way = quoted === null ? null : this.wayOf(quoted);
    return what === null || way === null ? null : { way: way === "forward" ? "reply" : "forward", what, refusal: true };
  }

  #hasPayload(transport: DataView, offset: number): boolean {
    const hex = this.#mark.payload ?? "";
    const length = hex.length / 2;
    if (length === 0 || transport.byteLength < offset + length) return false;
    return (
      Array.from({ length }, (_, at) =>
        transport
          .getUint8(offset + at)
          .toString(16)
          .padStart(2, "0"),
      ).join("") === hex
    );
  }
}

type Ends = Pick<IpPacket, "source" | "destination" | "sourcePort" | "destinationPort">;
const tuple = ({ source, sourcePort, destination, destinationPort }: Ends): string =>
  `${source} ${sourcePort ?? ""} ${destination} ${destinationPort ?? ""}`;
const reversed = ({ source, sourcePort, destination, destinationPort }: Ends): Ends => ({
  source: destination,
  sourcePort: destinationPort,
  destination: source,
  destinationPort: sourcePort,
});
