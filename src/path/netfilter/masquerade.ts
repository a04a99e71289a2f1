import type { Link } from "../../model/node.ts";
import { type Address, cidrOf, includesAddress } from "../../net/cidr.ts";
import { parseHost } from "../address.ts";
import type { Netns } from "../netns.ts";
import type { HookContext, MatchInput } from "./context.ts";

/** The address that MASQUERADE takes: the output device's own; null where the device has none or is not known. */
export function masqueradeAddress(input: MatchInput & HookContext): Address | null {
  const { outputDevice, netns, packet } = input;
  return outputDevice === null ? null : deviceAddress(netns, outputDevice, packet.destination);
}

/**
 * The source address a device gives to packets for `towards`: its address in the same subnet, else its first one, else the first of
 * another device (inet_select_addr, net/ipv4/devinet.c); link-scope addresses only where there is no other.
 */
export function deviceAddress(netns: Netns, device: string, towards: Address): Address | null {
  const own = candidates(netns.linksByName.get(device), towards);
  const wide = own.filter(({ entry }) => entry.scope !== "link" && entry.scope !== "host");
  const near = wide.find(({ address, entry }) => {
    const subnet = cidrOf(address, entry.prefixLength);
    return subnet !== null && includesAddress(subnet, towards);
  });
  return (near ?? wide[0])?.address ?? ofAnotherDevice(netns, towards) ?? own[0]?.address ?? null;
}

function ofAnotherDevice(netns: Netns, towards: Address): Address | null {
  for (const link of netns.links.known ? netns.links.value : []) {
    const found = candidates(link, towards).find(({ entry }) => entry.scope !== "link" && entry.scope !== "host");
    if (found !== undefined) return found.address;
  }
  return null;
}

interface Candidate {
  readonly address: Address;
  readonly entry: Link["addresses"][number];
}

function candidates(link: Link | undefined, towards: Address): readonly Candidate[] {
  return (link?.addresses ?? []).flatMap((entry) => {
    const address = entry.family === towards.family ? parseHost(entry.address) : null;
    return address === null ? [] : [{ address, entry }];
  });
}
