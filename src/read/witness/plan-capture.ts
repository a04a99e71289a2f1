import * as v from "valibot";
import { known, type Learned, unknown } from "../../model/learned.ts";
import type { WitnessMark, WitnessPlace } from "../../model/witness.ts";
import { parseJson } from "../json-value.ts";

/** What of a plan is needed to read what came of it. */
export interface WatchedPlan {
  readonly flow: string;
  readonly mark: WitnessMark;
  readonly targets: readonly {
    readonly name: string;
    readonly place: WitnessPlace;
    readonly rules: string;
    readonly devices: ReadonlyMap<number, string>;
  }[];
  readonly count: number;
}

const schema = v.object({
  flow: v.string(),
  mark: v.object({
    protocol: v.picklist(["tcp", "udp", "icmp"]),
    family: v.picklist(["IPv4", "IPv6"]),
    run: v.string(),
    sourcePort: v.nullable(v.number()),
    segmentBytes: v.nullable(v.number()),
    payload: v.nullable(v.string()),
  }),
  targets: v.array(
    v.object({
      name: v.string(),
      place: v.object({ node: v.string(), where: v.picklist(["pod", "node"]), pod: v.nullable(v.string()) }),
      rules: v.string(),
      devices: v.array(v.tuple([v.number(), v.string()])),
    }),
  ),
  count: v.number(),
});

/** The capture `witness/plan`. */
export function readPlan(text: string): Learned<WatchedPlan> {
  const json = parseJson(text);
  if (!json.known) return json;
  const parsed = v.safeParse(schema, json.value);
  if (!parsed.success) return unknown("unparsable", "witness/plan is not a plan of what was watched");
  const { flow, mark, targets, count } = parsed.output;
  return known({
    flow,
    mark,
    count,
    targets: targets.map((target) => ({ ...target, devices: new Map(target.devices) })),
  });
}
