import type { Route, RoutingRule } from "../model/node.ts";
import { type Address, includesAddress } from "../net/cidr.ts";
import { parseBlock, parseHost } from "./address.ts";
import { and, markEquals, not, type Truth, truthOf } from "./netfilter/truth.ts";
import { describeNetns, type Netns, sysctl } from "./netns.ts";
import type { Mark } from "./packet.ts";
import { blockOf, levelsOf, tableName } from "./route-table.ts";

/** What the routing decision is made of. `inputDevice` null = sent by this namespace itself. */
interface RouteQuery {
  readonly destination: Address;
  readonly source: Address | null;
  readonly mark: Mark;
  readonly inputDevice: string | null;
}

export type RouteResult =
  | {
      readonly kind: "route";
      readonly route: Route;
      readonly device: string;
      readonly gateway: Address | null;
      /** The kernel may take another next hop of the same route (multipath). */
      readonly several: boolean;
    }
  | { readonly kind: "local"; readonly route: Route }
  | { readonly kind: "refused"; readonly route: Route; readonly type: string }
  | { readonly kind: "none" }
  | { readonly kind: "unknown"; readonly reason: string };

/** Policy rules in the order of their priority, then the longest prefix of the table (ip-rule(8), ip-route(8)). */
export function lookupRoute(netns: Netns, query: RouteQuery): RouteResult {
  if (!netns.routes.known) return unreadable(netns, "routes", netns.routes.detail);
  if (!netns.rules.known) return unreadable(netns, "policy routing rules", netns.rules.detail);
  const rules = netns.rules.value
    .filter(({ family }) => family === query.destination.family)
    .toSorted((a, b) => a.priority - b.priority);
  return lookupFrom(netns, netns.routes.value, rules, 0, query);
}

function unreadable(netns: Netns, what: string, detail: string): RouteResult {
  return { kind: "unknown", reason: `the ${what} of ${describeNetns(netns)} could not be read: ${detail}` };
}

function lookupFrom(
  netns: Netns,
  routes: readonly Route[],
  rules: readonly RoutingRule[],
  start: number,
  query: RouteQuery,
): RouteResult {
  for (let index = start; index < rules.length; index += 1) {
    const rule = rules[index];
    if (rule === undefined) continue;
    const truth = ruleMatches(rule, query);
    if (truth === "no") continue;
    const result = applyRule(netns, routes, rule, query);
    if (result === null) continue;
    if (truth === "yes") return result;
    const otherwise = lookupFrom(netns, routes, rules, index + 1, query);
    if (sameResult(result, otherwise)) return otherwise;
    const words = rule.unmodelled.length > 0 ? rule.unmodelled.join(", ") : "its selectors";
    return {
      kind: "unknown",
      reason: `whether policy rule ${rule.priority} of ${describeNetns(netns)} matches cannot be told (${words})`,
    };
  }
  return { kind: "none" };
}

/** null = the rule leaves the decision to the next one. */
function applyRule(netns: Netns, routes: readonly Route[], rule: RoutingRule, query: RouteQuery): RouteResult | null {
  switch (rule.action) {
    case "lookup":
    case "to_tbl":
    case "": {
      const result = lookupTable(netns, routes, tableName(rule.table ?? ""), query);
      return result !== null && result.kind === "route" && isSuppressed(rule, result.route) ? null : result;
    }
    case "blackhole":
    case "unreachable":
    case "prohibit":
      return { kind: "refused", route: asRoute(rule, rule.action), type: rule.action };
    case "nop":
      return null;
    default:
      return {
        kind: "unknown",
        reason: `policy rule ${rule.priority} of ${describeNetns(netns)} has action \`${rule.action}\``,
      };
  }
}

const SUPPRESS = /^suppress_prefixlen(?:gth)? (\d+)$/;

/** ip-rule(8), suppress_prefixlength: a result with this prefix length or a shorter one does not count. */
function isSuppressed(rule: RoutingRule, route: Route): boolean {
  const length = blockOf(route)?.prefixLength ?? 0;
  return rule.unmodelled.some((word) => length <= Number(SUPPRESS.exec(word)?.[1] ?? -1));
}

function ruleMatches(rule: RoutingRule, query: RouteQuery): Truth {
  const { fwmark, iif } = rule;
  const truth = and([
    selects(rule.source, query.source),
    selects(rule.destination, query.destination),
    fwmark === null ? "yes" : markEquals(query.mark, fwmark.value | 0, fwmark.mask | 0),
    iif === null ? "yes" : truthOf(iif === (query.inputDevice ?? "lo")),
    // Only sockets bound to a device have an output device before the look-up.
    rule.oif === null ? "yes" : "no",
    rule.unmodelled.every((word) => SUPPRESS.test(word)) ? "yes" : "maybe",
  ]);
  return rule.inverted ? not(truth) : truth;
}

function selects(selector: string | null, address: Address | null): Truth {
  if (selector === null) return "yes";
  const block = parseBlock(selector);
  if (block === null) return "maybe";
  return truthOf(block.prefixLength === 0 || (address !== null && includesAddress(block, address)));
}

function lookupTable(netns: Netns, routes: readonly Route[], table: string, query: RouteQuery): RouteResult | null {
  for (const { shift, at } of levelsOf(routes, `${query.destination.family} ${table}`)) {
    const usable = at.get(query.destination.value >> shift)?.find((route) => !isDead(netns, route));
    if (usable !== undefined) return resultOf(netns, usable);
  }
  return null;
}

/** The kernel passes over dead next hops, and over ones without carrier if told to (ip-sysctl, ignore_routes_with_linkdown). */
function isDead(netns: Netns, route: Route): boolean {
  if (route.flags.includes("dead")) return true;
  if (!route.flags.includes("linkdown") || route.device === null) return false;
  const family = route.family === "IPv4" ? "ipv4" : "ipv6";
  const device = route.device.replaceAll(".", "/");
  return sysctl(netns, `net.${family}.conf.${device}.ignore_routes_with_linkdown`) === "1";
}

const KERNEL_NULL_METRIC = 4_294_967_295;

/** null = the table has no answer (`throw`, or the kernel's own "nothing here" of IPv6). */
function resultOf(netns: Netns, route: Route): RouteResult | null {
  const encapsulates = route.flags.some((flag) => flag.startsWith("encap"));
  switch (route.type) {
    case "unicast":
      return encapsulates ? odd(netns, route) : nextHopOf(netns, route);
    case "local":
    case "anycast":
      return { kind: "local", route };
    case "blackhole":
    case "prohibit":
    case "unreachable":
      if (route.metric === KERNEL_NULL_METRIC) return { kind: "none" };
      return { kind: "refused", route, type: route.type };
    case "throw":
      return null;
    default:
      return odd(netns, route);
  }
}

function odd(netns: Netns, route: Route): RouteResult {
  return {
    kind: "unknown",
    reason: `where the route ${routeText(route)} of ${describeNetns(netns)} leads cannot be told`,
  };
}

function nextHopOf(netns: Netns, route: Route): RouteResult {
  const [first, ...others] = route.nexthops;
  const { gateway, device } = first ?? route;
  const parsed = gateway === null ? null : parseHost(gateway);
  if (device === null || (gateway !== null && parsed === null)) return odd(netns, route);
  return { kind: "route", route, device, gateway: parsed, several: others.length > 0 };
}

function sameResult(a: RouteResult, b: RouteResult): boolean {
  if (a.kind === "route" && b.kind === "route") return a.device === b.device && a.gateway?.text === b.gateway?.text;
  return a.kind === b.kind && a.kind !== "unknown" && a.kind !== "refused";
}

/** A rule that decides by itself, in the form of a route: its table is "rule 100", its destination what it selects. */
function asRoute(rule: RoutingRule, type: Route["type"]): Route {
  const from = rule.source === null ? "" : `from ${rule.source} `;
  return {
    family: rule.family,
    table: `rule ${rule.priority}`,
    type,
    destination: `${from}to ${rule.destination ?? "all"}`,
    gateway: null,
    device: null,
    source: null,
    metric: 0,
    mtuBytes: null,
    flags: [],
    protocol: "",
    scope: "",
    nexthops: [],
  };
}

/** "10.244.2.0/24 via 10.244.2.0 dev flannel.1", as ip-route(8) prints it. */
export function routeText(route: Route): string {
  if (isRule(route)) return `${route.table}: ${route.destination} ${route.type}`;
  const everywhere = route.destination === "0.0.0.0/0" || route.destination === "::/0";
  const destination = everywhere ? "default" : route.destination.replace(/\/(32|128)$/, "");
  const hops = route.nexthops.map(({ gateway, device }) => ` nexthop${via(gateway, device)}`).join("");
  const type = route.type === "unicast" || route.type === "other" ? "" : `${route.type} `;
  const table = tableName(route.table);
  const named = table === "main" || table === "local" || table === "default" ? "" : ` table ${table}`;
  return `${type}${destination}${via(route.gateway, route.device)}${hops}${named}`;
}

/** A policy rule that decides by itself. */
export const isRule = ({ table }: Route): boolean => table.startsWith("rule ");

function via(gateway: string | null, device: string | null): string {
  return `${gateway === null ? "" : ` via ${gateway}`}${device === null ? "" : ` dev ${device}`}`;
}
