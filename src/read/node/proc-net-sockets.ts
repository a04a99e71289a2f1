import ipaddr from "ipaddr.js";
import { known, type Learned, unknown } from "../../model/learned.ts";
import type { Socket } from "../../model/node.ts";

/** include/net/tcp_states.h: 10 = LISTEN; an unconnected, bound UDP socket is in 7 = CLOSE. */
const STATE = { tcp: "0A", udp: "07" } as const;
const ROW = /^\s*\d+:\s+([0-9A-F]+):([0-9A-F]{4})\s+[0-9A-F]+:[0-9A-F]{4}\s+([0-9A-F]{2})\s/i;

/**
 * /proc/net/{tcp,tcp6,udp,udp6}: listening TCP and bound UDP sockets, each (address, port) once. Addresses are printed as 32-bit words in
 * the machine's own byte order (kernel, tcp4_seq_show, tcp6_seq_show). An IPv4-mapped address is told as IPv4. Never throws.
 */
export function parseProcNetSockets(
  text: string,
  protocol: Socket["protocol"],
  bigEndian = false,
): Learned<readonly Socket[]> {
  const [header = "", ...rows] = text.split("\n");
  if (!header.trim().startsWith("sl ")) return unknown("unparsable", 'no header line "sl local_address …"');
  const sockets = new Map<string, Socket>();
  for (const [index, row] of rows.entries()) {
    if (row.trim() === "") continue;
    const [, words = "", port = "", state = ""] = ROW.exec(row) ?? [];
    const address = readAddress(words, bigEndian);
    if (address === null) return unknown("unparsable", `line ${index + 2}: not a socket`);
    if (state.toUpperCase() !== STATE[protocol]) continue;
    const socket: Socket = { protocol, ...address, port: Number.parseInt(port, 16) };
    sockets.set(`${socket.address} ${socket.port}`, socket);
  }
  return known([...sockets.values()]);
}

function readAddress(words: string, bigEndian: boolean): Pick<Socket, "family" | "address"> | null {
  if (words.length !== 8 && words.length !== 32) return null;
  const bytes: number[] = [];
  for (let at = 0; at < words.length; at += 8) {
    const word = [0, 2, 4, 6].map((offset) => Number.parseInt(words.slice(at + offset, at + offset + 2), 16));
    bytes.push(...(bigEndian ? word : word.reverse()));
  }
  if (bytes.length === 4) return { family: "IPv4", address: bytes.join(".") };
  const address = new ipaddr.IPv6(bytes);
  if (address.isIPv4MappedAddress()) return { family: "IPv4", address: address.toIPv4Address().toString() };
  return { family: "IPv6", address: address.toRFC5952String() };
}
