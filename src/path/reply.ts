import { bridgedPacketsFiltered, bridgeSysctl } from "./bridge-netfilter.ts";
import { sysctlEvidence } from "./evidence.ts";
import type { Netns } from "./netns.ts";
import { sysctl } from "./netns.ts";
import type { Packet } from "./packet.ts";
import { type Position, stopped, type Trace, unknownAt } from "./trace.ts";

/** The end of a reply: it must reach who asked, from the address that was asked. null = it does. */
export function checkReply(trace: Trace, asked: Position, end: Position): Position | null {
  if (asked.at !== "output" || (end.at !== "delivered" && end.at !== "left")) {
    return end.at === "delivered" || end.at === "left" ? null : end;
  }
  if (end.at === "left" || end.netns.capture !== asked.netns.capture) {
    const where =
      end.at === "left" ? `leaves the cluster from Node ${end.netns.node}` : `ends on Node ${end.netns.node}`;
    return unknownAt(`the answer to ${asked.packet.source.text} ${where}`);
  }
  const { source } = end.packet;
  const expected = asked.packet.destination;
  if (source.text === expected.text) return null;
  const { node, pod } = asked.netns;
  const stop = { kind: "reply-untranslated", node, pod, address: source.text, expected: expected.text } as const;
  const cause = bridgedPast(trace, asked.netns, end.packet);
  if (cause === null)
    return unknownAt(`the answer comes from ${source.text} and was asked of ${expected.text}; why was not found`);
  return stopped({ ...stop, sysctl: cause.name }, [cause.evidence]);
}

/** Bridged packets that do not pass the Node's rules are not translated back there. */
function bridgedPast(
  trace: Trace,
  client: Netns,
  packet: Packet,
): { readonly name: string; readonly evidence: ReturnType<typeof sysctlEvidence> } | null {
  const host = trace.world.nodeNetns.get(client.node);
  if (host === undefined || bridgedPacketsFiltered(host, packet) !== "no") return null;
  const name = bridgeSysctl(packet);
  const value = sysctl(host, name) ?? "not there: br_netfilter is not loaded";
  return { name, evidence: sysctlEvidence(host, name, value) };
}
