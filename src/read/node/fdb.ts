import type { Learned } from "../../model/learned.ts";
import type { FdbEntry } from "../../model/node.ts";
import { type JsonObject, parseJsonRows, stringField, stringsField } from "./json.ts";

/** `bridge -j fdb show`: forwarding entries of bridges and of VXLAN devices, bridge(8). Never throws. */
export function parseFdb(text: string): Learned<readonly FdbEntry[]> {
  return parseJsonRows(text, readEntry);
}

function readEntry(row: JsonObject): FdbEntry | string {
  const mac = stringField(row, "mac");
  const device = stringField(row, "ifname") ?? stringField(row, "dev");
  if (mac === null || device === null) return "an entry without mac or ifname";
  return {
    mac,
    device,
    destination: stringField(row, "dst"),
    master: stringField(row, "master"),
    state: stringField(row, "state") ?? "",
    flags: stringsField(row, "flags"),
  };
}
