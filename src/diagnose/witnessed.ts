import type { Hop, Walk } from "../model/flow.ts";
import type {
  Located,
  RuleTrace,
  Sighting,
  Watched,
  Way,
  Witness,
  WitnessedRule,
  WitnessPlace,
  WitnessPoint,
} from "../model/witness.ts";
import { describeLoss, evidenceOf } from "./witnessed-text.ts";

/**
 * Where the marked flow was lost: the last device that saw it, the next that the predicted walk names, and the rule or the kernel's reason in
 * between. What could not be watched makes the answer "unknown", never "lost". Pure.
 */
export function locate(walks: readonly Walk[], witness: Witness): Located {
  const ends = farthest(witness, "forward");
  const client = witness.watched[0]?.place;
  const answered = witness.sightings.filter(
    ({ way, refusal, place, direction }) => way === "reply" && !refusal && direction === "in" && same(place, client),
  );
  const refusals = witness.sightings.filter(({ refusal, way }) => refusal && way === "reply");
  if (witness.sent.known && witness.sent.value === "") return finish("arrived", "forward", ends, walks, witness);
  if (answered.length > 0 && refusals.length === 0) return finish("arrived", "forward", ends, walks, witness);
  if (refusals.length > 0) return finish("refused", "forward", ends, walks, witness);
  const reply = farthest(witness, "reply");
  if (reply !== null) return lossOf("reply", reply, walks, witness);
  if (ends === null) return lossOf("forward", null, walks, witness);
  return lossOf("forward", ends, walks, witness);
}

function lossOf(way: Way, last: Sighting | null, walks: readonly Walk[], witness: Witness): Located {
  const rule = ruleOf(way, last, witness);
  if (rule !== null) return finish("lost", way, last, walks, witness);
  const next = nextPlace(way, last, witness);
  const unseen = [holderOf(last, witness), next].find((watched) => watched !== null && isHole(watched));
  if (last === null) return finish(unseen === undefined ? "not-sent" : "unknown", way, last, walks, witness);
  return finish(unseen === undefined ? "lost" : "unknown", way, last, walks, witness);
}

function finish(
  verdict: Located["verdict"],
  way: Way,
  last: Sighting | null,
  walks: readonly Walk[],
  witness: Witness,
): Located {
  const arrived = verdict === "arrived";
  const lastSeen = last === null ? null : pointOf(last);
  const rule = arrived ? null : ruleOf(way, last, witness);
  const reason = arrived || last === null ? null : reasonOf(last, witness);
  const nextExpected = arrived || last === null ? null : nextPoint(way, last, walks, witness);
  const located = { verdict, way, lastSeen, nextExpected, rule, reason };
  return { ...located, text: describeLoss(located, witness), evidence: evidenceOf(located, last, witness) };
}

const pointOf = ({ place, device, direction }: Sighting): WitnessPoint => ({ ...place, device, direction });

const same = (a: WitnessPlace, b: WitnessPlace | undefined): boolean =>
  b !== undefined && a.node === b.node && a.where === b.where && a.pod === b.pod;

/** The sighting nearest to the end of that way: in the last namespace that saw the packet, its last step there. */
function farthest({ watched, sightings }: Witness, way: Way): Sighting | null {
  const order = way === "forward" ? watched : [...watched].reverse();
  for (const { place } of [...order].reverse()) {
    const here = sightings.filter(
      (sighting) => sighting.way === way && !sighting.refusal && same(sighting.place, place),
    );
    const last = longestTry(here).at(-1);
    if (last !== undefined) return last;
  }
  return null;
}

/** A packet that is sent again begins anew at its first device; the try that got farthest tells most. */
function longestTry(sightings: readonly Sighting[]): readonly Sighting[] {
  const tries: Sighting[][] = [];
  for (const sighting of [...sightings].sort((a, b) => a.atMicros - b.atMicros)) {
    const current = tries.at(-1);
    const first = current?.[0];
    const again = first !== undefined && first.device === sighting.device && first.direction === sighting.direction;
    if (current === undefined || again) tries.push([sighting]);
    else current.push(sighting);
  }
  return tries.reduce<readonly Sighting[]>((longest, one) => (one.length > longest.length ? one : longest), []);
}

/** The drop that the kernel's rule trace shows: in the namespace where the packet was last seen, or the one after it. */
function ruleOf(way: Way, last: Sighting | null, witness: Witness): WitnessedRule | null {
  const next = nextPlace(way, last, witness)?.place;
  const near = (trace: RuleTrace): boolean =>
    last === null
      ? same(trace.place, witness.watched[0]?.place)
      : same(trace.place, last.place) || same(trace.place, next);
  const dropped = witness.traces.filter((trace) => isDrop(trace) && near(trace));
  const trace = dropped.find((one) => one.way === way) ?? dropped[0];
  const step = trace?.steps.at(-1);
  if (trace === undefined || step === undefined) return null;
  const { verdict: _verdict, ...where } = step;
  return { ...trace.place, ...where, outer: trace.outer };
}
const isDrop = ({ steps }: RuleTrace): boolean => steps.at(-1)?.verdict === "drop";

/**
 * The kernel's reason for the drop of a packet that came the same way to the device where the flow was last seen. It is known by its size and
 * way only: where packets like it were dropped for different reasons, none is named.
 */
function reasonOf(last: Sighting, { drops, sightings }: Witness): string | null {
  const here = sightings.filter((one) => one.way === last.way && one.place.node === last.place.node);
  const way = devicesOf(here.filter((one) => same(one.place, last.place) || one.atMicros < last.atMicros));
  const alike = drops.filter(({ node, devices }) => node === last.place.node && endsWith(devices, way.slice(-2)));
  const reasons = new Set(alike.map(({ reason, location }) => `${reason} in ${location}`));
  const [reason] = reasons;
  return reasons.size === 1 ? (reason ?? null) : null;
}

/** The devices of one try, in the order in which the packet met them; a device that is met twice running counts once. */
function devicesOf(sightings: readonly Sighting[]): readonly string[] {
  const names = longestTry(sightings).map(({ device }) => device);
  return names.filter((name, index) => name !== names[index - 1]);
}

const endsWith = (all: readonly string[], end: readonly string[]): boolean =>
  end.length > 0 && end.every((name, index) => all[all.length - end.length + index] === name);

/** The namespace that the packet enters after the one where it was last seen. */
function nextPlace(way: Way, last: Sighting | null, { watched }: Witness): Watched | null {
  const order = way === "forward" ? watched : [...watched].reverse();
  if (last === null) return order[0] ?? null;
  const index = order.findIndex(({ place }) => same(place, last.place));
  return last.direction === "out" ? (order[index + 1] ?? null) : null;
}
const holderOf = (last: Sighting | null, { watched }: Witness): Watched | null =>
  watched.find(({ place }) => last !== null && same(place, last.place)) ?? null;

const isHole = ({ captured }: Watched): boolean => !captured.known || captured.value.full;

/** The first device of the predicted walk, behind the last that saw the packet, that did not see it; else the next namespace, without a device. */
function nextPoint(way: Way, last: Sighting, walks: readonly Walk[], witness: Witness): WitnessPoint | null {
  const seen = witness.sightings.filter((sighting) => sighting.way === way && !sighting.refusal);
  const wasSeen = (hop: Hop): boolean => seen.some((sighting) => isAt(hop, sighting));
  for (const { hops } of walks) {
    const own = hops.filter((hop) => hop.where !== "wire" && (way === "reply") === (hop.direction === "reply"));
    const at = own.findLastIndex(wasSeen);
    const next = at === -1 ? undefined : own.slice(at + 1).find(({ device }) => device !== "");
    if (next === undefined || next.where === "wire") continue;
    const { node, where, device } = next;
    const direction = node === last.place.node && where === last.place.where ? "out" : "in";
    return { node, where, pod: where === "pod" ? (next.pod ?? null) : null, device, direction };
  }
  const place = nextPlace(way, last, witness)?.place;
  return place === undefined ? null : { ...place, device: "", direction: "in" };
}

const isAt = (hop: Hop, { place, device }: Sighting): boolean =>
  hop.node === place.node && hop.where === place.where && hop.device === device;
