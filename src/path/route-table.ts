import type { Route } from "../model/node.ts";
import { type Cidr, parseCidr } from "../net/cidr.ts";
import { parseBlock } from "./address.ts";

const TABLES = new Map([
  ["255", "local"],
  ["254", "main"],
  ["253", "default"],
  ["", "main"],
]);
/** The name of a table: iproute2 prints the number where it knows no name. */
export const tableName = (name: string): string => TABLES.get(name) ?? name;

const blocks = new WeakMap<Route, Cidr | null>();

/** The destination of a route as a block; null where it cannot be read. */
export function blockOf(route: Route): Cidr | null {
  const known = blocks.get(route);
  if (known !== undefined) return known;
  const parsed = parseCidr(route.destination) ?? parseBlock(route.destination);
  blocks.set(route, parsed);
  return parsed;
}

/** The routes of one prefix length: the bits of the prefix → routes, lowest metric first. */
interface Level {
  readonly length: number;
  readonly shift: bigint;
  readonly at: Map<bigint, Route[]>;
}

const indexes = new WeakMap<readonly Route[], ReadonlyMap<string, readonly Level[]>>();

/** A table's routes by prefix length, the longest first. */
export function levelsOf(routes: readonly Route[], table: string): readonly Level[] {
  const index = indexes.get(routes) ?? indexRoutes(routes);
  indexes.set(routes, index);
  return index.get(table) ?? [];
}

function indexRoutes(routes: readonly Route[]): ReadonlyMap<string, readonly Level[]> {
  const tables = new Map<string, Map<number, Level>>();
  for (const route of routes.toSorted((a, b) => a.metric - b.metric)) {
    const block = blockOf(route);
    if (block === null) continue;
    const name = `${route.family} ${tableName(route.table)}`;
    const levels = tables.get(name) ?? new Map<number, Level>();
    tables.set(name, levels);
    const { prefixLength: length, first } = block;
    const shift = BigInt((block.family === "IPv4" ? 32 : 128) - length);
    const level = levels.get(length) ?? { length, shift, at: new Map<bigint, Route[]>() };
    levels.set(length, level);
    level.at.set(first >> shift, [...(level.at.get(first >> shift) ?? []), route]);
  }
  return new Map(
    [...tables].map(([name, levels]) => [name, [...levels.values()].toSorted((a, b) => b.length - a.length)]),
  );
}
