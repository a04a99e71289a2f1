import type { Evidence } from "../model/finding.ts";
import type { Link, NodeState } from "../model/node.ts";

/** A bridge of a Node that was not as it is now when the run began, before a Pod of the run was started there. */
export interface MendedBridge {
  readonly node: string;
  readonly device: string;
  /** It was down; else it lacked the address. */
  readonly wasDown: boolean;
  /** IPv4 addresses that it has now and had not then. */
  readonly gained: readonly string[];
  readonly evidence: readonly Evidence[];
}

/**
 * The reference bridge plugin takes its bridge up and gives it its address with each Pod that it starts: what was wrong there is mended
 * by looking. A bridge that was not there at all had no Pod yet, and says nothing.
 */
export function mendedBridges({ node, links, linksAtStart }: NodeState): readonly MendedBridge[] {
  if (!links.known || !linksAtStart.known) return [];
  const before = new Map(linksAtStart.value.map((link) => [link.name, link]));
  return links.value.flatMap((link): readonly MendedBridge[] => {
    const then = link.kind === "bridge" && link.up ? before.get(link.name) : undefined;
    if (then === undefined) return [];
    const had = new Set(addressesOf(then));
    const gained = addressesOf(link).filter((address) => !had.has(address));
    if (then.up && (gained.length === 0 || had.size > 0)) return [];
    const at = (when: string, value: string): Evidence => ({ source: `node/${node}/${when}`, where: link.name, value });
    const evidence = [at("addr-at-start", stateOf(then)), at("addr", stateOf(link))];
    return [{ node, device: link.name, wasDown: !then.up, gained, evidence }];
  });
}

const addressesOf = ({ addresses }: Link): readonly string[] =>
  addresses.flatMap(({ family, address, scope }) => (family === "IPv4" && scope !== "host" ? [address] : []));

const stateOf = (link: Link): string =>
  `<${link.flags.join(",")}> ${addressesOf(link).join(", ") || "no IPv4 address"}`;
