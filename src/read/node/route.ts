import type { Learned } from "../../model/learned.ts";
import type { Route } from "../../model/node.ts";
import { parseCidr } from "../../net/cidr.ts";
import {
  arrayField,
  field,
  isJsonObject,
  type JsonObject,
  numberField,
  objectField,
  objectsField,
  parseJsonRows,
  stringField,
  stringsField,
} from "./json.ts";

type Family = Route["family"];
const TYPES: readonly Route["type"][] = [
  "unicast",
  "local",
  "broadcast",
  "multicast",
  "blackhole",
  "unreachable",
  "prohibit",
  "throw",
  "anycast",
  "nat",
];

/**
 * Routes of one family: `ip -4|-6 -j -d route show table all`. Never throws. A route that also selects by source or TOS, or whose next
 * hop is an object that was not printed with it, gets type "other" and the selector in `flags`: where it leads is not known here.
 */
export function parseRoutes(text: string, family: Family): Learned<readonly Route[]> {
  return parseJsonRows(text, (row) => readRoute(row, family));
}

function readRoute(row: JsonObject, family: Family): Route | string {
  const destination = readDestination(stringField(row, "dst"), family);
  if (destination === null) return `dst is no ${family} destination: ${JSON.stringify(field(row, "dst") ?? null)}`;
  const object = objectField(row, "nh_info") ?? {};
  const gateway = readGateway(row) ?? readGateway(object);
  const device = stringField(row, "dev") ?? stringField(object, "dev");
  const nexthops = objectsField(row, "nexthops").map(readNexthop);
  const type = TYPES.find((known) => known === (stringField(row, "type") ?? "unicast")) ?? "other";
  const unsaid = type === "unicast" && device === null && gateway === null && nexthops.length === 0;
  const selectors = [...extraSelectors(row), ...(unsaid ? [`nhid ${numberField(row, "nhid") ?? "unknown"}`] : [])];
  return {
    family,
    // iproute2 leaves the table out where it is main and no detail was asked for.
    table: tableName(field(row, "table")) ?? "main",
    type: selectors.length > 0 ? "other" : type,
    destination,
    gateway,
    device,
    source: stringField(row, "prefsrc"),
    metric: numberField(row, "metric") ?? 0,
    mtuBytes: readMtu(row),
    flags: [...stringsField(row, "flags"), ...encapsulation(row), ...selectors],
    protocol: stringField(row, "protocol") ?? "",
    scope: stringField(row, "scope") ?? "",
    nexthops,
  };
}

function readNexthop(hop: JsonObject): Route["nexthops"][number] {
  return { gateway: readGateway(hop), device: stringField(hop, "dev"), weight: numberField(hop, "weight") ?? 1 };
}

/** CIDR notation: iproute2 prints "default", a host without its prefix length, and "0/8" where the address is all zeros. */
export function readDestination(dst: string | null, family: Family): string | null {
  if (dst === null) return null;
  const zero = family === "IPv4" ? "0.0.0.0" : "::";
  if (dst === "default" || dst === "all") return `${zero}/0`;
  const text = dst.startsWith("0/") ? `${zero}/${dst.slice(2)}` : dst;
  const cidr = text.includes("/") ? text : `${text}/${family === "IPv4" ? 32 : 128}`;
  if (text.includes(":") !== (family === "IPv6")) return null;
  return parseCidr(cidr) === null ? null : cidr;
}

export function tableName(value: unknown): string | null {
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : null;
}

function readGateway(row: JsonObject): string | null {
  const via = objectField(row, "via");
  return stringField(row, "gateway") ?? (via === null ? null : stringField(via, "host"));
}

function readMtu(row: JsonObject): number | null {
  for (const metrics of arrayField(row, "metrics")) {
    const mtu = isJsonObject(metrics) ? numberField(metrics, "mtu") : null;
    if (mtu !== null) return mtu;
  }
  return null;
}

function extraSelectors(row: JsonObject): readonly string[] {
  const from = stringField(row, "from");
  const tos = stringField(row, "tos");
  return [
    ...(from === null || from === "default" || from === "all" ? [] : [`from ${from}`]),
    ...(tos === null || tos === "0" || tos === "0x00" ? [] : [`tos ${tos}`]),
  ];
}

function encapsulation(row: JsonObject): readonly string[] {
  const encap = stringField(row, "encap");
  return encap === null ? [] : [`encap ${encap}`];
}
