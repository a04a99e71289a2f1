import type { Learned } from "../../model/learned.ts";
import type { RoutingRule } from "../../model/node.ts";
import { field, type JsonObject, numberField, parseJsonRows, stringField } from "./json.ts";
import { readDestination, tableName } from "./route.ts";

/** Keys that have a field in RoutingRule or select nothing: `protocol` says who made the rule, `*_detached` that no such device is there. */
const MODELLED = new Set([
  "priority",
  "not",
  "src",
  "srclen",
  "dst",
  "dstlen",
  "fwmark",
  "fwmask",
  "iif",
  "iif_detached",
  "oif",
  "oif_detached",
  "table",
  "action",
  "nop",
  "protocol",
]);
const WHOLE_MARK = 0xffffffff;

/** Policy routing rules of one family: `ip -4|-6 -j rule show`, ip-rule(8). Never throws. */
export function parseRules(text: string, family: RoutingRule["family"]): Learned<readonly RoutingRule[]> {
  return parseJsonRows(text, (row) => readRule(row, family));
}

function readRule(row: JsonObject, family: RoutingRule["family"]): RoutingRule | string {
  const priority = numberField(row, "priority");
  if (priority === null) return "a rule without priority";
  const source = readPrefix(row, "src", family);
  const destination = readPrefix(row, "dst", family);
  const fwmark = readMark(row);
  if (source === undefined) return `rule ${priority}: src cannot be read`;
  if (destination === undefined) return `rule ${priority}: dst cannot be read`;
  if (fwmark === undefined) return `rule ${priority}: fwmark cannot be read`;
  return {
    family,
    priority,
    source,
    destination,
    fwmark,
    iif: stringField(row, "iif"),
    oif: stringField(row, "oif"),
    table: tableName(field(row, "table")),
    action: readAction(row),
    // iproute2 prints "not": null for an inverted rule.
    inverted: Object.hasOwn(row, "not"),
    unmodelled: Object.keys(row)
      .filter((key) => !MODELLED.has(key))
      .map((key) => `${key} ${String(JSON.stringify(row[key]))}`),
  };
}

function readAction(row: JsonObject): string {
  const action = stringField(row, "action");
  if (action !== null && action !== "to_tbl") return action;
  if (Object.hasOwn(row, "goto")) return "goto";
  return Object.hasOwn(row, "nop") ? "nop" : "lookup";
}

/** null = every address; undefined = cannot be read. */
function readPrefix(row: JsonObject, key: "src" | "dst", family: RoutingRule["family"]): string | null | undefined {
  const address = field(row, key);
  if (address === undefined || address === "all") return null;
  if (typeof address !== "string") return undefined;
  const length = field(row, `${key}len`);
  const prefix = typeof length === "number" && !address.includes("/") ? `${address}/${length}` : address;
  return readDestination(prefix, family) ?? undefined;
}

/** null = no mark asked for; undefined = cannot be read. A mark without mask is compared whole (ip-rule(8)). */
function readMark(row: JsonObject): RoutingRule["fwmark"] | undefined {
  const value = readNumber(field(row, "fwmark"));
  const mask = readNumber(field(row, "fwmask"));
  if (value === null) return mask === null ? null : { value: 0, mask: mask ?? WHOLE_MARK };
  if (value === undefined || mask === undefined) return undefined;
  return { value, mask: mask ?? WHOLE_MARK };
}

function readNumber(value: unknown): number | null | undefined {
  if (value === undefined) return null;
  if (typeof value === "number") return Number.isInteger(value) && value >= 0 ? value : undefined;
  return typeof value === "string" && /^(?:0x[0-9a-f]{1,8}|\d{1,10})$/i.test(value) ? Number(value) : undefined;
}
