import type { Address } from "../../net/cidr.ts";
import { parseHost } from "../address.ts";
import { exactPort } from "../packet.ts";
import type { MatchInput } from "./context.ts";
import type { Verdict } from "./verdict.ts";

/**
 * REDIRECT: to this namespace itself, at `port` or, where null, at the port that was asked for. What the namespace sends goes to its
 * loopback address, what it receives to an address of the device (net/netfilter/nf_nat_redirect.c). A port of null with `drawn`: one
 * of several, and which cannot be told.
 */
export function redirect(input: MatchInput, port: number | null, drawn = false): Verdict {
  const { packet, hook } = input;
  const address = hook === "OUTPUT" ? loopback(packet.destination) : received(input);
  const at = port === null ? "" : ` port ${port}`;
  if (address === null || drawn) return { kind: "translate", packet: null, what: `redirect to itself${at}` };
  const destinationPorts = port === null ? packet.destinationPorts : exactPort(port);
  const translated = { ...packet, destination: address, destinationPorts, destinationTranslated: true };
  const where =
    port === null ? address.text : `${address.family === "IPv6" ? `[${address.text}]` : address.text}:${port}`;
  return { kind: "translate", packet: translated, what: `redirect to ${where}` };
}

const loopback = ({ family }: Address): Address | null => parseHost(family === "IPv4" ? "127.0.0.1" : "::1");

/** IPv4: the device's first address; IPv6: its first one of the scope of the address that was asked for. */
function received({ netns, inputDevice, packet }: MatchInput): Address | null {
  const link = inputDevice === null ? undefined : netns.linksByName.get(inputDevice);
  const { family, text } = packet.destination;
  const own = (link?.addresses ?? []).filter((entry) => entry.family === family);
  const linkLocal = text.startsWith("fe80:");
  const usable = family === "IPv4" ? own : own.filter(({ scope }) => (scope === "link") === linkLocal);
  const [first] = usable;
  return first === undefined ? null : parseHost(first.address);
}
