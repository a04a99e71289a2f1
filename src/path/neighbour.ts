import type { Link, Neighbour } from "../model/node.ts";
import type { Address } from "../net/cidr.ts";
import { addressKey } from "./address.ts";
import { neighbourEvidence } from "./evidence.ts";
import type { Netns } from "./netns.ts";
import { type Position, stopped, type Trace } from "./trace.ts";

const indexes = new WeakMap<readonly Neighbour[], ReadonlyMap<string, Neighbour>>();

/** The neighbour entry of an address on a device; null = none, or not read. */
export function neighbourOf(netns: Netns, device: string, address: Address): Neighbour | null {
  if (!netns.neighbours.known) return null;
  const rows = netns.neighbours.value;
  const index = indexes.get(rows) ?? new Map(rows.map((one) => [`${one.device} ${addressKey(one.address)}`, one]));
  indexes.set(rows, index);
  return index.get(`${device} ${address.text}`) ?? null;
}

/** The MAC that a permanent entry fixes; the kernel never asks again for such a neighbour. */
export function permanentMac(netns: Netns, device: string, address: Address): string | null {
  const entry = neighbourOf(netns, device, address);
  return entry?.state.includes("PERMANENT") === true && entry.mac !== null ? entry.mac.toLowerCase() : null;
}

/** A stop if a permanent entry names another MAC than the neighbour's device has; a failed entry is only noted. */
export function checkNeighbour(
  trace: Trace,
  netns: Netns,
  device: Link,
  address: Address,
  actual: Link,
): Position | null {
  const entry = neighbourOf(netns, device.name, address);
  if (entry === null) return null;
  if (entry.state.includes("FAILED")) trace.evidence.push(neighbourEvidence(netns, entry));
  const mac = permanentMac(netns, device.name, address);
  if (mac === null || actual.mac === "" || mac === actual.mac.toLowerCase()) return null;
  const stop = {
    kind: "neighbour-wrong",
    node: netns.node,
    pod: netns.pod,
    netns: netns.path,
    device: device.name,
    address: address.text,
    has: mac,
    expected: actual.mac.toLowerCase(),
  } as const;
  return stopped(stop, [neighbourEvidence(netns, entry)]);
}
