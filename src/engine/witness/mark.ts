import type { WitnessMark } from "../../model/witness.ts";

/** Where the mark stands in the transport header and payload: byte offset, and its value as hexadecimal digits. */
export interface MarkBytes {
  readonly offset: number;
  readonly hex: string;
}

/** Every TCP segment size from here lies below what any link offers, so that nothing on the way lowers it. */
const SMALLEST_SEGMENT = 541;
const SEGMENTS = 600;
/** Below the usual ephemeral ports (32768) and NodePorts (30000), above the well-known ones. */
const FIRST_PORT = 20_000;
const PORTS = 9000;

/** A mark for a run, from its random name: equal names give equal marks. `taken` = ports the client's own sockets use. */
export function markFor(
  run: string,
  protocol: WitnessMark["protocol"],
  family: WitnessMark["family"],
  taken: ReadonlySet<number>,
): WitnessMark {
  const seed = hash(run);
  let sourcePort = FIRST_PORT + (seed % PORTS);
  while (taken.has(sourcePort)) sourcePort = FIRST_PORT + ((sourcePort + 1 - FIRST_PORT) % PORTS);
  return {
    protocol,
    family,
    run,
    sourcePort: protocol === "icmp" ? null : sourcePort,
    segmentBytes: protocol === "tcp" ? SMALLEST_SEGMENT + ((seed >>> 8) % SEGMENTS) : null,
    payload: protocol === "tcp" ? null : hexOf(payloadText(run)),
  };
}

/** Eight letters and digits. */
export function payloadText(run: string): string {
  return `nd${run}xxxxxx`.slice(0, 8);
}

/**
 * TCP: the MSS option, which Linux writes first in a SYN (tcp_options_write); UDP: the payload; ICMP echo: the payload after the 16 bytes
 * of time that ping writes first.
 */
export function markBytes(mark: WitnessMark): MarkBytes {
  if (mark.protocol === "tcp")
    return { offset: 20, hex: `0204${(mark.segmentBytes ?? 0).toString(16).padStart(4, "0")}` };
  return { offset: mark.protocol === "udp" ? 8 : 24, hex: mark.payload ?? "" };
}

const hexOf = (text: string): string =>
  [...text].map((letter) => (letter.codePointAt(0) ?? 0).toString(16).padStart(2, "0")).join("");

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const letter of text) value = Math.imul(value ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return value;
}
