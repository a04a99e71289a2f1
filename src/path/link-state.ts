import type { Link } from "../model/node.ts";
import { linkEvidence } from "./evidence.ts";
import type { Netns } from "./netns.ts";
import { type Position, stopped } from "./trace.ts";

/**
 * Administratively down, or without carrier: RFC 2863 states DOWN, LOWERLAYERDOWN and NOTPRESENT, in which the kernel has
 * detached the queue (net/sched/sch_generic.c, dev_deactivate). UNKNOWN is what tunnels and lo always show.
 */
export function isDown(link: Link): boolean {
  return !link.up || ["DOWN", "LOWERLAYERDOWN", "NOTPRESENT"].includes(link.operState);
}

/** `endOf` = the Pod at the other end, where the device is the Node's end of a Pod's veth. */
export function linkDown(netns: Netns, link: Link, endOf: string | null = null): Position {
  const stop = { kind: "link-down", node: netns.node, pod: netns.pod, netns: netns.path, device: link.name } as const;
  return stopped(endOf === null ? stop : { ...stop, endOf }, [linkEvidence(netns, link)]);
}

/** A stop if the packet is larger than the device takes. `slack` = bytes that the receiving end lets pass beyond its MTU. */
export function tooBig(netns: Netns, link: Link, bytes: number | null, slack = 0): Position | null {
  if (bytes === null || bytes <= link.mtuBytes + slack) return null;
  const stop = { kind: "packet-too-big", node: netns.node, device: link.name, mtuBytes: link.mtuBytes } as const;
  return stopped({ ...stop, packetBytes: bytes }, [linkEvidence(netns, link)]);
}
