import type { FlowResult, Hop, Walk } from "../model/flow.ts";
import { groupBy, succeeded } from "../model/flow-outcome.ts";
import { isRunNamespace } from "../model/run-namespace.ts";

/** Where failing flows are lost, by the predicted way: what they have in common and nothing that arrived has. */
export interface Stretch {
  /** "`eth0` → `flannel.1` → `cni0` on node3"; "" where their ways, as far as they are known, have nothing of that kind in common. */
  readonly text: string;
  /** Of the failing flows whose way is known, how many take it. */
  readonly flows: number;
  readonly ways: number;
  /** What the packets that arrived have to be to count: "" = any packet; "UDP", "UDP port 53", "large packets" = others do pass there. */
  readonly only: string;
  /** The devices of the Node where it begins, for commands; none inside a Pod or where there is no stretch. */
  readonly node: string;
  readonly devices: readonly string[];
  /** It holds the network between two Nodes, or a device next to it. */
  readonly crossing: boolean;
}

interface Point {
  readonly node: string;
  readonly pod: string;
  readonly device: string;
  /** Next to the network between the Nodes. */
  readonly wire: boolean;
}
/** A device with those before and after it, so that one that is passed into a tunnel differs from the same one passed without. */
interface Turn {
  readonly key: string;
  readonly points: readonly [Point, Point, Point];
  readonly direction: "forward" | "reply";
}

/** By what a packet that arrived is like one that did not; the widest that tells them apart is what the failure depends on. */
const likenesses: readonly ((result: FlowResult) => string)[] = [
  () => "",
  ({ flow }) => flow.protocol.toUpperCase(),
  ({ flow }) => `${flow.protocol.toUpperCase()}${flow.port === null ? "" : ` port ${flow.port}`}`,
  ({ flow }) => (flow.purpose === "path-mtu" ? "large packets" : ""),
];

/**
 * The part of their ways that most of the failing flows share and that no packet of the same kind which arrived has passed: boolean network
 * tomography (Duffield, "Network tomography of binary network performance characteristics", 2006) over predicted hops. `kind` widens step by
 * step from any packet to one protocol, one port and large packets. Null where no way is known or every part of it is passed by others.
 */
export function sharedStretch(group: readonly FlowResult[], flows: readonly FlowResult[]): Stretch | null {
  const ways = group.map((result) => ({ result, turns: result.predicted.flatMap(turnsOf) }));
  const known = ways.filter(({ turns }) => turns.length > 0);
  const arrived = flows.filter(
    ({ flow, observed, predicted }) => predicted.length === 1 && observed.known && succeeded(flow, observed.value),
  );
  for (const likeness of likenesses) {
    const kinds = new Set(known.map(({ result }) => likeness(result)));
    const [only = ""] = kinds;
    if (kinds.size > 1) continue;
    const passed = new Set(arrived.filter((result) => likeness(result) === only).flatMap(keysOf));
    const shared = mostShared(known.map(({ turns }) => turns.filter(({ key }) => !passed.has(key))));
    if (shared !== null && shared.flows * 2 > known.length) return described(shared, only, known.length);
  }
  return null;
}

interface Shared {
  readonly turns: readonly Turn[];
  readonly flows: number;
}
/** The turns that most of the ways have, as the first of these ways orders them. */
function mostShared(ways: readonly (readonly Turn[])[]): Shared | null {
  const all = ways.flatMap((turns) => [...new Map(turns.map((turn) => [turn.key, turn])).values()]);
  const counts = [...groupBy(all, ({ key }) => key).values()];
  const flows = Math.max(0, ...counts.map(({ length }) => length));
  const turns = counts.filter(({ length }) => length === flows).flatMap(([first]) => first ?? []);
  return turns.length === 0 ? null : { turns, flows };
}

function described({ turns, flows }: Shared, only: string, ways: number): Stretch {
  const runs = [...runsOf(turns, "forward"), ...runsOf(turns, "reply")];
  const [run = []] = runs;
  const whole = run[0]?.device === "" && run.at(-1)?.device === "";
  const points = whole ? [] : run.filter(({ device }) => device !== "");
  const first = points.find(({ pod }) => pod === "");
  return {
    text: textOf(points),
    flows,
    ways,
    only,
    node: first?.node ?? "",
    devices: points.filter(({ node, pod }) => pod === "" && node === first?.node).map(({ device }) => device),
    crossing: points.some(({ wire }) => wire),
  };
}

/** Turns of one direction that follow one another, joined: the longest run first. */
function runsOf(turns: readonly Turn[], direction: Turn["direction"]): readonly (readonly Point[])[] {
  const runs: Point[][] = [];
  for (const { points } of turns.filter((turn) => turn.direction === direction)) {
    const [before, at, after] = points;
    const run = runs.find((one) => same(one.at(-2), before) && same(one.at(-1), at));
    if (run === undefined) runs.push([before, at, after]);
    else run.push(after);
  }
  return runs.sort((a, b) => b.length - a.length);
}

function turnsOf(walk: Walk): readonly Turn[] {
  if (walk.verdict === "stopped") return [];
  const points = walk.hops.map((hop, index) =>
    pointOf(hop, isWire(walk.hops[index - 1]) || isWire(walk.hops[index + 1])),
  );
  return (["forward", "reply"] as const).flatMap((direction) => {
    const own = points.filter((_, index) => {
      const hop = walk.hops[index];
      return hop !== undefined && !isWire(hop) && hop.device !== "" && (hop.direction ?? "forward") === direction;
    });
    // A way that could not be followed to its end has none.
    const end = walk.verdict === "unknown" ? [] : [nowhere];
    const all = own.length === 0 ? [] : [nowhere, ...distinct(own), ...end];
    return all.slice(2).flatMap((after, index): Turn[] => {
      const [before, at] = [all[index], all[index + 1]];
      if (before === undefined || at === undefined) return [];
      return [{ key: [before, at, after].map(nameOf).join(" > "), points: [before, at, after], direction }];
    });
  });
}
const isWire = (hop: Hop | undefined): boolean => hop?.where === "wire";
const nowhere: Point = { node: "", pod: "", device: "", wire: false };
const pointOf = ({ node, pod, device }: Hop, wire: boolean): Point => ({ node, pod: pod ?? "", device, wire });
const nameOf = ({ node, pod, device }: Point): string => `${node} ${pod} ${device}`;
const same = (a: Point | undefined, b: Point): boolean => a !== undefined && nameOf(a) === nameOf(b);

/** Hops of one device that follow one another, as one point. */
function distinct(points: readonly Point[]): readonly Point[] {
  const joined: Point[] = [];
  for (const point of points) {
    const last = joined.at(-1);
    if (last !== undefined && same(last, point)) joined[joined.length - 1] = { ...last, wire: last.wire || point.wire };
    else joined.push(point);
  }
  return joined;
}

const keysOf = ({ predicted }: FlowResult): readonly string[] => predicted.flatMap(turnsOf).map(({ key }) => key);

/** "`eth0` of Pod shop/web, `veth1` → `cni0` on node2, `eth0` on node3" */
function textOf(points: readonly Point[]): string {
  const places: { readonly place: string; readonly devices: string[] }[] = [];
  for (const point of points) {
    const place = placeOf(point);
    const last = places.at(-1);
    if (last?.place === place) last.devices.push(`\`${point.device}\``);
    else places.push({ place, devices: [`\`${point.device}\``] });
  }
  return places.map(({ place, devices }) => `${devices.join(" → ")} ${place}`).join(", ");
}
function placeOf({ node, pod }: Point): string {
  if (pod === "") return `on ${node}`;
  return isRunNamespace(pod.split("/")[0] ?? "") ? `of a Pod on ${node}` : `of Pod ${pod} on ${node}`;
}
