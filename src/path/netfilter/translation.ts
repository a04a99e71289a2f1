import type { Packet } from "../packet.ts";
import type { Connection } from "../trace.ts";
import type { HookName } from "./context.ts";

/**
 * A reply is translated back where the request was translated: its destination before routing, its source at the end
 * (nf_nat_packet, net/netfilter/nf_nat_core.c). A packet that is no reply of this connection stays as it is.
 */
export function reverseTranslation(packet: Packet, connection: Connection | null, hook: HookName): Packet {
  if (connection === null || packet.untracked) return packet;
  const { before, after } = connection;
  if (hook === "PREROUTING" || hook === "OUTPUT") {
    if (packet.destination.text !== after.source.text) return packet;
    return { ...packet, destination: before.source, destinationPorts: before.sourcePorts };
  }
  if (packet.source.text !== after.destination.text) return packet;
  return { ...packet, source: before.destination, sourcePorts: before.destinationPorts };
}
