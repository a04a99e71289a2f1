import type { Hop, Walk } from "../../model/flow.ts";
import type { Link } from "../../model/node.ts";
import type { TraceHop, TraceVerdict, TraceWay } from "../../model/trace.ts";
import { netnsOfPod, type World } from "../../path/world.ts";
import { stopRow, stopText } from "./stop-text.ts";

/** Hops under way to be one row of the table. */
interface Row {
  readonly node: string;
  readonly pod: string | null;
  readonly place: string;
  readonly devices: string[];
  readonly actions: string[];
  verdict: TraceHop["verdict"];
  /** Both ends of a wire between Nodes. */
  readonly wire: readonly string[];
  /** The device whose row it is; null while only rules were met, which belong to the next device. */
  device: string | null;
}

/** A walk as rows: one a device, with what it is connected to, and where the walk stops a row for what stops it. */
export function wayOf(walk: Walk, world: World): TraceWay {
  const turn = walk.hops.findIndex(({ direction }) => direction === "reply");
  const there = rowsOf(turn === -1 ? walk.hops : walk.hops.slice(0, turn), world);
  const back = rowsOf(turn === -1 ? [] : walk.hops.slice(turn), world);
  const ended = walk.direction === "reply" && turn !== -1 ? back : there;
  if (walk.stop !== null) {
    for (const row of ended) row.verdict = "passes";
    ended.push(stopRow(walk.stop));
  }
  return {
    destination: destinationOf(walk, world),
    verdict: verdicts[walk.verdict],
    there: there.map(finished),
    back: back.map(finished),
    mirrored: walk.verdict === "passes" && mirrored(there, back),
    end: walk.stop === null ? (walk.unknown ?? "") : stopText(walk.stop),
  };
}
const verdicts: Readonly<Record<Walk["verdict"], TraceVerdict>> = {
  passes: "passes",
  stopped: "fails",
  unknown: "unknown",
};

function rowsOf(hops: readonly Hop[], world: World): Row[] {
  const rows: Row[] = [];
  for (const [index, hop] of hops.entries()) {
    const crossing = /^veth (?:\S+ )?to (\S+) of (?:Node|Pod) /.exec(hop.action)?.[1]?.replace(/@.*$/, "");
    const row = rowFor(rows, hop, hops[index + 1], world);
    if (hop.verdict !== "passes") row.verdict = hop.verdict;
    if (hop.device !== "" && !row.devices.includes(named(hop, hop.device, world)) && hop.where !== "wire")
      row.devices.push(named(hop, hop.device, world));
    if (crossing === undefined) row.actions.push(hop.action);
    else row.devices.push(...acrossVeth(hop, crossing, world));
  }
  return rows;
}

/** The row that a hop belongs to: of the same device, or of the bridge that its device is a port of; rules go with the next device. */
function rowFor(rows: Row[], hop: Hop, next: Hop | undefined, world: World): Row {
  const place = placeOf(hop, next);
  const last = rows.at(-1);
  const same = last !== undefined && last.place === place && hop.where !== "wire";
  const joins =
    same &&
    (last.device === null ||
      hop.device === "" ||
      last.device === hop.device ||
      linkOf(hop, hop.device, world)?.master === last.device);
  if (joins) {
    if (hop.device !== "") last.device = hop.device;
    return last;
  }
  const row: Row = {
    node: hop.node,
    pod: hop.pod ?? null,
    place,
    devices: hop.where === "wire" ? [hop.device] : [],
    actions: [],
    wire: wireEnds(hop, world),
    verdict: "passes",
    device: hop.device === "" ? null : hop.device,
  };
  rows.push(row);
  return row;
}

function placeOf(hop: Hop, next: Hop | undefined): string {
  if (hop.pod !== undefined) return `Pod ${hop.pod}`;
  if (hop.where !== "wire") return hop.node;
  const between = /^from Node (\S+) to Node (\S+)$/.exec(hop.action);
  if (between !== null) return `${between[1]} to ${between[2]}`;
  return next === undefined || next.node === "" ? "outside" : `outside to ${next.node}`;
}

/** The other end of a veth pair, and the bridge that it is a port of on the way out of a Pod. */
function acrossVeth(hop: Hop, peer: string, world: World): readonly string[] {
  if (hop.pod === undefined) {
    const pod = /of Pod (\S+)$/.exec(hop.action)?.[1];
    const link = pod === undefined ? undefined : linkOf({ ...hop, pod }, peer, world);
    return [nameWithPeer(peer, link)];
  }
  const { pod: _inPod, ...onNode } = hop;
  const link = linkOf(onNode, peer, world);
  return [nameWithPeer(peer, link), ...(link?.master == null ? [] : [link.master])];
}

const named = (hop: Hop, device: string, world: World): string => nameWithPeer(device, linkOf(hop, device, world));

/** "eth0@if7", as ip-link(8) writes a device whose peer is in another namespace. */
function nameWithPeer(name: string, link: Link | undefined): string {
  return link?.kind === "veth" && link.peerIndex !== null ? `${name}@if${link.peerIndex}` : name;
}

function linkOf(hop: Pick<Hop, "node" | "pod">, device: string, world: World): Link | undefined {
  if (hop.pod === undefined) return world.nodeNetns.get(hop.node)?.linksByName.get(device);
  const pod = world.podsByName.get(hop.pod);
  return pod === undefined ? undefined : netnsOfPod(world, pod)?.linksByName.get(device);
}

/** The same devices in both directions; of a Node's uplink the wire tells, whichever way it is crossed. */
function mirrored(there: readonly Row[], back: readonly Row[]): boolean {
  // What never leaves a namespace (a sidecar takes it) comes back the same way.
  if (back.length > 0 && new Set([...there, ...back].map(({ place }) => place)).size === 1) return true;
  const uplinks = new Set([...there, ...back].flatMap(({ wire }) => wire));
  const devices = (rows: readonly Row[]): ReadonlySet<string> =>
    new Set(
      rows.flatMap(({ node, wire, devices: own }) =>
        wire.length > 0
          ? [wire.toSorted().join(" ")]
          : own.map((device) => `${node} ${device.replace(/@.*$/, "")}`).filter((device) => !uplinks.has(device)),
      ),
    );
  const a = devices(there);
  const b = devices(back);
  return back.length > 0 && a.size === b.size && [...a].every((device) => b.has(device));
}

/** The devices at both ends of a wire between Nodes, "node1 eth0". */
function wireEnds(hop: Hop, world: World): readonly string[] {
  const [, from, to] = /^from Node (\S+) to Node (\S+)$/.exec(hop.action) ?? [];
  if (from === undefined || to === undefined) return [];
  const address = world.nodesByName.get(to)?.internalIPs[0] ?? "";
  const owner = world.nodeAddresses.get(address)?.find(({ netns }) => netns.node === to);
  return [`${from} ${hop.device}`, ...(owner === undefined ? [] : [`${to} ${owner.link.name}`])];
}

function destinationOf({ destination }: Walk, world: World): string {
  const [pod] = world.podsByAddress.get(destination) ?? [];
  if (pod !== undefined) return `${destination}, Pod ${pod.namespace}/${pod.name} on ${pod.node}`;
  const node = world.nodesByAddress.get(destination);
  return node === undefined ? destination : `${destination}, Node ${node.name}`;
}

function finished({ place, devices, actions, verdict }: Row | TraceHop): TraceHop {
  return { place, devices, actions, verdict };
}
