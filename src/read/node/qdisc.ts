import type { Learned } from "../../model/learned.ts";
import type { Qdisc } from "../../model/node.ts";
import { type JsonObject, parseJsonRows, stringField } from "./json.ts";

/** `tc -j qdisc show`: the queueing disciplines of every device, tc(8). Never throws. */
export function parseQdiscs(text: string): Learned<readonly Qdisc[]> {
  return parseJsonRows(text, readQdisc);
}

function readQdisc(row: JsonObject): Qdisc | string {
  const device = stringField(row, "dev");
  const kind = stringField(row, "kind");
  return device === null || kind === null ? "a qdisc without dev or kind" : { device, kind };
}
