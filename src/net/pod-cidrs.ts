import { type Cidr, includesAddress, parseAddress, parseCidr } from "./cidr.ts";

/** Node.spec.podCIDRs by Node, parsed once; text that is no CIDR is left out. */
export function podCidrsByNode(
  nodes: readonly { readonly name: string; readonly podCIDRs: readonly string[] }[],
): ReadonlyMap<string, readonly Cidr[]> {
  return new Map(nodes.map(({ name, podCIDRs }) => [name, podCIDRs.flatMap((text) => parseCidr(text) ?? [])]));
}

/** Whether an address lies outside all of a Node's podCIDRs of its family; with none of that family nothing can be said. */
export function isOutside(cidrs: readonly Cidr[] | undefined, ip: string): boolean {
  const address = parseAddress(ip);
  const family = (cidrs ?? []).filter((cidr) => cidr.family === address?.family);
  return address !== null && family.length > 0 && !family.some((cidr) => includesAddress(cidr, address));
}
