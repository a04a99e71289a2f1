import type { Socket } from "../model/node.ts";
import { parseHost } from "./address.ts";
import { describeNetns, type Netns } from "./netns.ts";
import type { Packet } from "./packet.ts";
import { doubt, hop, type Position, stopped, type Trace } from "./trace.ts";

/** Whether a socket takes a delivered packet; a stop if the port is bound elsewhere or nowhere. */
export function checkListening(trace: Trace, netns: Netns, packet: Packet): Position | null {
  const { protocol, destination, destinationPorts } = packet;
  const port = destinationPorts?.first;
  if (protocol === "sctp") doubt(trace, "may-stop", `what listens for SCTP in ${describeNetns(netns)} is not read`);
  if ((protocol !== "tcp" && protocol !== "udp") || port === undefined) return null;
  if (!netns.sockets.known) {
    doubt(trace, "may-stop", `the sockets of ${describeNetns(netns)} could not be read: ${netns.sockets.detail}`);
    return null;
  }
  const bound = netns.sockets.value.filter((socket) => socket.protocol === protocol && socket.port === port);
  const taker = bound.find((socket) => takes(socket, packet));
  if (taker !== undefined) {
    hop(trace, netns, "", `listens on ${taker.address}:${port}`);
    return null;
  }
  const listensOn = [...new Set(bound.map(({ address }) => address))];
  const { node, pod } = netns;
  const stop = { kind: "not-listening", node, pod, address: destination.text, port, listensOn } as const;
  const where = `sockets on ${protocol} port ${port}`;
  const family = destination.family === "IPv6" ? "6" : "";
  const source = `${netns.capture}/proc-net-${protocol}${family}`;
  return stopped(stop, [{ source, where, value: listensOn.length === 0 ? "none" : listensOn.join(", ") }]);
}

/** A socket on "::" takes IPv4 as well (ipv6(7), IPV6_V6ONLY is off unless asked for). */
function takes({ address, family }: Socket, packet: Packet): boolean {
  const host = parseHost(address);
  if (host === null) return false;
  const wild = host.value === 0n;
  if (family === "IPv6" && wild) return true;
  return host.family === packet.destination.family && (wild || host.text === packet.destination.text);
}
