import type { Stop } from "../model/flow.ts";
import type { FdbEntry, Link, Vxlan } from "../model/node.ts";
import type { Address } from "../net/cidr.ts";
import { parseHost } from "./address.ts";
import { neighbourEvidence } from "./evidence.ts";
import { neighbourOf } from "./neighbour.ts";
import { describeNetns, type Netns } from "./netns.ts";
import { type Egress, type Position, stopped, type Trace, unknownAt } from "./trace.ts";
import { notRead } from "./wire.ts";
import { ownerOf } from "./wrong-route.ts";

/** The MAC that the inner frame is for and the address of the Node behind it. */
interface VxlanTarget {
  readonly mac: string | null;
  readonly remote: Address;
}

/** The MAC of the next hop by the neighbour table, and the Node that MAC is behind by the forwarding table (ip-link(8), bridge(8)). */
export function vxlanTarget(trace: Trace, egress: Egress, vxlan: Vxlan): VxlanTarget | Position {
  const { netns, device, nextHop, packet } = egress;
  const name = `${device.name} of ${describeNetns(netns)}`;
  if (vxlan.external) return unknownAt(`${name} takes its peers from elsewhere (external)`);
  if (!netns.neighbours.known || !netns.fdb.known) {
    return unknownAt(`the neighbour or forwarding table of ${name} could not be read`);
  }
  const rows = netns.fdb.value.filter((row) => row.device === device.name && row.destination !== null);
  const asks = vxlan.group !== null || vxlan.learning || rows.some((row) => row.mac === "00:00:00:00:00:00");
  const peer = peerOf(trace, packet.destination, nextHop, vxlan);
  const entry = neighbourOf(netns, device.name, nextHop);
  const mac = entry?.mac?.toLowerCase() ?? null;
  const row = mac === null ? undefined : rows.find((one) => one.mac.toLowerCase() === mac);
  const remote = row?.destination == null ? null : parseHost(row.destination);
  const missing = peer === null ? null : missingAt({ netns, device, peer, nextHop }, mac, remote);
  // A tunnel that learns fills in what is missing by asking; what it holds that is wrong stays wrong.
  const gap = mac === null || remote === null;
  if (gap && asks) return unknownAt(`${name} finds its peers by asking, which was not read`);
  if (missing !== null) return missing;
  return gap ? noPeer(trace, egress) : { mac, remote };
}

function missingAt(at: Missing, mac: string | null, remote: Address | null): Position | null {
  const expectedMac = at.peer.link.mac.toLowerCase();
  if (mac !== expectedMac) return peerMissing(at, "neighbour", mac ?? "", expectedMac);
  if (remote !== null && at.peer.netns.addresses.has(remote.text)) return null;
  return peerMissing(at, "fdb", remote?.text ?? "", addressOf(at.peer));
}

interface Peer {
  readonly netns: Netns;
  readonly link: Link;
}

/** The other Node's end of the tunnel: the one that has the next hop's address, else the Node on which the destination lives. */
function peerOf(trace: Trace, destination: Address, nextHop: Address, vxlan: Vxlan): Peer | null {
  const { world } = trace;
  const local = vxlan.local === null ? null : parseHost(vxlan.local);
  const sameTunnel = ({ vxlan: other }: Link): boolean =>
    other?.id === vxlan.id && (local === null || isBoundTo(other, local.family));
  const holders = (world.nodeAddresses.get(nextHop.text) ?? []).filter(({ link }) => sameTunnel(link));
  const [holder] = holders;
  if (holder !== undefined && holders.length === 1) return holder;
  const owner = ownerOf(world, destination);
  const netns = owner === null ? undefined : world.nodeNetns.get(owner);
  const link = netns?.links.known === true ? netns.links.value.find(sameTunnel) : undefined;
  return netns === undefined || link === undefined ? null : { netns, link };
}

/**
 * Whether a VXLAN device takes outer packets of a family: its socket is of the family of its own address. A dual-stack Node may have one
 * device for each, with one identifier and port for both (drivers/net/vxlan, vxlan_sock_add).
 */
export function isBoundTo({ local }: Vxlan, family: Address["family"]): boolean {
  const address = local === null ? null : parseHost(local);
  return address === null || address.family === family;
}

function noPeer(trace: Trace, { packet, device, netns }: Egress): Position {
  const owner = ownerOf(trace.world, packet.destination);
  if (owner !== null && !trace.world.nodeNetns.has(owner)) return unknownAt(notRead(trace.world, owner));
  return unknownAt(
    `the other end of ${device.name} on ${describeNetns(netns)} for ${packet.destination.text} could not be found`,
  );
}

/** The address that the peer's tunnel device sends from. */
function addressOf({ netns, link }: Peer): string {
  return link.vxlan?.local ?? `an address of Node ${netns.node}`;
}

interface Missing {
  readonly netns: Netns;
  readonly device: Link;
  readonly peer: Peer;
  readonly nextHop: Address;
}

function peerMissing(at: Missing, what: "fdb" | "neighbour", has: string, expected: string): Position {
  const { netns, device, peer, nextHop } = at;
  const place = {
    kind: "tunnel-peer-missing",
    node: netns.node,
    device: device.name,
    peer: peer.netns.node,
  } as const;
  const entry = neighbourOf(netns, device.name, nextHop);
  const seen =
    entry === null
      ? [{ source: `${netns.capture}/neigh`, where: `${nextHop.text} dev ${device.name}`, value: "no entry" }]
      : [neighbourEvidence(netns, entry)];
  const evidence = what === "neighbour" ? seen : [...seen, fdbEvidence(netns, device, entry?.mac ?? "")];
  return stopped({ ...place, what, has, expected } satisfies Stop, evidence);
}

function fdbEvidence(netns: Netns, device: Link, mac: string): { source: string; where: string; value: string } {
  const rows: readonly FdbEntry[] = netns.fdb.known ? netns.fdb.value : [];
  const row = rows.find((one) => one.device === device.name && one.mac.toLowerCase() === mac.toLowerCase());
  return {
    source: `${netns.capture}/fdb`,
    where: `${mac} dev ${device.name}`,
    value: row === undefined ? "no entry" : `dst ${row.destination ?? "-"}`,
  };
}
