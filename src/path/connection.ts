import type { Netns } from "./netns.ts";
import { describePacket, type Packet } from "./packet.ts";
import type { Connection, Trace } from "./trace.ts";

/**
 * Opens conntrack's record of the walk's connection in a namespace, at the first hook that sees it. A packet that comes to the same
 * Node again with other addresses (by way of another Node's NodePort) is another connection there.
 */
export function openConnection(trace: Trace, netns: Netns, packet: Packet): void {
  if (packet.state === "reply" || packet.inner !== null) return;
  const records = trace.connections.get(netns.capture) ?? [];
  trace.connections.set(netns.capture, records);
  const last = records.at(-1);
  if (last !== undefined && describePacket(last.after) === describePacket(packet)) return;
  records.push({ before: packet, after: packet, connmark: packet.connmark });
}

/** Notes what the packet has become by the end of the namespace. */
export function noteConnection(trace: Trace, netns: Netns, packet: Packet): void {
  const connection = trace.connections.get(netns.capture)?.at(-1);
  if (connection === undefined || packet.state === "reply" || packet.inner !== null) return;
  connection.after = packet;
  connection.connmark = packet.connmark;
}

/** The record that a reply belongs to; its destination may have been translated back already. */
export function connectionOf(trace: Trace, netns: Netns, packet: Packet): Connection | null {
  if (packet.state !== "reply" || packet.inner !== null) return null;
  const records = (trace.connections.get(netns.capture) ?? []).filter(
    ({ after }) => after.destination.text === packet.source.text,
  );
  const exact = records.find(({ after }) => after.source.text === packet.destination.text);
  return exact ?? records.find(({ before }) => before.source.text === packet.destination.text) ?? null;
}
