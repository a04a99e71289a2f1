import type { NftChain, NftTable } from "../../model/node.ts";
import type { TranslationSource } from "./endpoint-chains.ts";
import { isArray, isObject, onlyMember, textOf } from "./json.ts";

const chainIndexes = new WeakMap<NftTable, ReadonlyMap<string, NftChain>>();

export function chainsOf(table: NftTable): ReadonlyMap<string, NftChain> {
  const known = chainIndexes.get(table) ?? new Map(table.chains.map((chain) => [chain.name, chain]));
  chainIndexes.set(table, known);
  return known;
}

/** Pairs of key and value of a named or anonymous map; null where it was not read. */
export function mapEntries(data: unknown, table: NftTable): readonly (readonly [unknown, unknown])[] | null {
  const elements =
    typeof data === "string" && data.startsWith("@")
      ? table.sets.get(data.slice(1))?.elements
      : isObject(data)
        ? data.set
        : undefined;
  if (!isArray(elements)) return null;
  return elements.flatMap((entry) => (isArray(entry) ? [[entry[0], entry[1]] as const] : []));
}

/** As iptables writes it: "10.244.1.2:8080", "[fd00::2]:8080". */
export function socketText(address: string, port: unknown): string {
  if (typeof port !== "number") return address;
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

const translations = new WeakMap<NftTable, TranslationSource>();

/** DNATs and jumps of a table, for finding the chains of endpoints. */
export function nftTranslations(table: NftTable): TranslationSource {
  const known = translations.get(table);
  if (known !== undefined) return known;
  const members = (chain: string): readonly (readonly [string, unknown])[] =>
    (chainsOf(table).get(chain)?.rules ?? []).flatMap(({ expressions }) =>
      expressions.flatMap((one) => (onlyMember(one) === null ? [] : [onlyMember(one) ?? (["", null] as const)])),
    );
  const source: TranslationSource = {
    translations: (chain) =>
      members(chain).flatMap(([name, body]) =>
        name === "dnat" && isObject(body) && typeof body.addr === "string" ? [socketText(body.addr, body.port)] : [],
      ),
    jumps: (chain) => members(chain).flatMap(([name, body]) => targetsOf(name, body, table)),
  };
  translations.set(table, source);
  return source;
}

function targetsOf(name: string, body: unknown, table: NftTable): readonly string[] {
  if ((name === "jump" || name === "goto") && isObject(body)) return [textOf(body.target)];
  if (name !== "vmap" || !isObject(body)) return [];
  // Only the maps that choose an endpoint: a map of all Services would lead everywhere.
  const entries = isObject(body.data) ? mapEntries(body.data, table) : null;
  return (entries ?? []).flatMap(([, value]) => {
    const [verdict, target] = onlyMember(value) ?? ["", null];
    return (verdict === "jump" || verdict === "goto") && isObject(target) ? [textOf(target.target)] : [];
  });
}
