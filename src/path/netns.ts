import type { Learned } from "../model/learned.ts";
import { unknown } from "../model/learned.ts";
import type {
  FdbEntry,
  Ipset,
  IptablesRuleset,
  Link,
  Neighbour,
  NftRuleset,
  NodeState,
  PodNetns,
  Qdisc,
  Route,
  RoutingRule,
  Socket,
} from "../model/node.ts";
import type { Address } from "../net/cidr.ts";
import { addressKey } from "./address.ts";

/** One network namespace, a Node's own or a Pod's, with the look-ups a walk needs. */
export interface Netns {
  readonly node: string;
  /** "namespace/name" of the Pod; null for the Node's own namespace. */
  readonly pod: string | null;
  /** The file by which it is entered, where it is a Pod's and has one; else "". */
  readonly path: string;
  /** Prefix of its captures: "node/node1" or "node/node1/netns/4026532001". It also identifies the namespace. */
  readonly capture: string;
  readonly links: Learned<readonly Link[]>;
  readonly routes: Learned<readonly Route[]>;
  readonly rules: Learned<readonly RoutingRule[]>;
  readonly neighbours: Learned<readonly Neighbour[]>;
  readonly fdb: Learned<readonly FdbEntry[]>;
  readonly qdiscs: Learned<readonly Qdisc[]>;
  readonly iptables: Learned<readonly IptablesRuleset[]>;
  readonly nftables: Learned<NftRuleset>;
  readonly ipsets: Learned<ReadonlyMap<string, Ipset>>;
  readonly sysctls: Learned<ReadonlyMap<string, string>>;
  readonly sockets: Learned<readonly Socket[]>;
  readonly linksByName: ReadonlyMap<string, Link>;
  readonly linksByIndex: ReadonlyMap<number, Link>;
  /** Canonical address → the devices that carry it. */
  readonly addresses: ReadonlyMap<string, readonly Link[]>;
}

export function nodeNetns(state: NodeState): Netns {
  return { ...state, ...indexes(state.links), pod: null, path: "", capture: `node/${state.node}` };
}

export function podNetns(node: string, pod: string, netns: PodNetns): Netns {
  return {
    ...netns,
    ...indexes(netns.links),
    node,
    pod,
    capture: `node/${node}/netns/${netns.inode}`,
    fdb: unknown("not-collected", "forwarding tables are read of Nodes, not of Pods"),
    qdiscs: unknown("not-collected", "queueing disciplines are read of Nodes, not of Pods"),
    ipsets: unknown("not-collected", "ipsets are read of Nodes, not of Pods"),
  };
}

/** Whether the namespace has this address; null where its devices could not be read. 127.0.0.0/8 is local everywhere. */
export function hasAddress(netns: Netns, address: Address): boolean | null {
  if (address.family === "IPv4" && address.value >> 24n === 127n) return true;
  if (netns.addresses.has(address.text)) return true;
  return netns.links.known ? false : null;
}

/** The value of a sysctl, or null where it was not read or does not exist. */
export function sysctl(netns: Netns, name: string): string | null {
  return netns.sysctls.known ? (netns.sysctls.value.get(name) ?? null) : null;
}

export function describeNetns(netns: Netns): string {
  return netns.pod === null ? `Node ${netns.node}` : `Pod ${netns.pod}`;
}

function indexes(links: Learned<readonly Link[]>): Pick<Netns, "linksByName" | "linksByIndex" | "addresses"> {
  const linksByName = new Map<string, Link>();
  const linksByIndex = new Map<number, Link>();
  const addresses = new Map<string, Link[]>();
  for (const link of links.known ? links.value : []) {
    linksByName.set(link.name, link);
    linksByIndex.set(link.index, link);
    for (const { address } of link.addresses) {
      const key = addressKey(address);
      const holders = addresses.get(key);
      if (holders === undefined) addresses.set(key, [link]);
      else holders.push(link);
    }
  }
  return { linksByName, linksByIndex, addresses };
}
