import { known, type Learned, unknown } from "../../model/learned.ts";

/** One packet of a capture on all devices: from its network header on. */
export interface CapturedPacket {
  readonly atMicros: number;
  readonly deviceIndex: number;
  readonly direction: "in" | "out";
  readonly bytes: DataView;
}

/** LINKTYPE_LINUX_SLL2 (https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html): the cooked header that names the device. */
const LINKTYPE_SLL2 = 276;
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const COOKED_HEADER = 20;
const OUTGOING = 4;
const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;

/** A pcap file (draft-ietf-opsawg-pcap) in base64, as `tcpdump -i any -y LINUX_SLL2 -w` writes it; other than IP packets are left out. */
export function readPcap(base64: string): Learned<readonly CapturedPacket[]> {
  const file = decode(base64);
  if (file === null) return unknown("unparsable", "the capture is not base64");
  if (file.byteLength < FILE_HEADER) return unknown("unparsable", "the capture has no header");
  const magic = file.getUint32(0, true);
  const swapped = magic === 0xd4c3b2a1 || magic === 0x4d3cb2a1;
  const nanoseconds = magic === 0xa1b23c4d || magic === 0x4d3cb2a1;
  if (!swapped && !nanoseconds && magic !== 0xa1b2c3d4) return unknown("unparsable", "the capture is no pcap file");
  const little = !swapped;
  const linkType = file.getUint32(20, little) & 0x0fffffff;
  if (linkType !== LINKTYPE_SLL2) return unknown("unparsable", `the capture has link type ${linkType}`);
  const packets: CapturedPacket[] = [];
  let at = FILE_HEADER;
  while (at + RECORD_HEADER <= file.byteLength) {
    const length = file.getUint32(at + 8, little);
    const start = at + RECORD_HEADER;
    // The last record of a capture that was cut.
    if (start + length > file.byteLength) break;
    const fraction = file.getUint32(at + 4, little);
    const atMicros = file.getUint32(at, little) * 1_000_000 + (nanoseconds ? Math.floor(fraction / 1000) : fraction);
    const packet = cooked(new DataView(file.buffer, file.byteOffset + start, length), atMicros);
    if (packet !== null) packets.push(packet);
    at = start + length;
  }
  return known(packets);
}

function cooked(frame: DataView, atMicros: number): CapturedPacket | null {
  if (frame.byteLength < COOKED_HEADER) return null;
  const protocol = frame.getUint16(0);
  if (protocol !== ETHERTYPE_IPV4 && protocol !== ETHERTYPE_IPV6) return null;
  return {
    atMicros,
    deviceIndex: frame.getUint32(4),
    direction: frame.getUint8(10) === OUTGOING ? "out" : "in",
    bytes: new DataView(frame.buffer, frame.byteOffset + COOKED_HEADER, frame.byteLength - COOKED_HEADER),
  };
}

function decode(base64: string): DataView | null {
  try {
    const text = atob(base64);
    const bytes = new Uint8Array(text.length);
    for (let index = 0; index < text.length; index += 1) bytes[index] = text.charCodeAt(index);
    return new DataView(bytes.buffer);
  } catch {
    return null;
  }
}
