import type { Learned } from "../../model/learned.ts";
import type { Neighbour } from "../../model/node.ts";
import { type JsonObject, parseJsonRows, stringField, stringsField } from "./json.ts";

/** `ip -j neigh show`: both families. An entry without link-layer address (FAILED, INCOMPLETE) has mac null. Never throws. */
export function parseNeighbours(text: string): Learned<readonly Neighbour[]> {
  return parseJsonRows(text, readNeighbour);
}

function readNeighbour(row: JsonObject): Neighbour | string {
  const address = stringField(row, "dst");
  const device = stringField(row, "dev");
  if (address === null || device === null) return "a neighbour without dst or dev";
  return { address, device, mac: stringField(row, "lladdr"), state: stringsField(row, "state") };
}
