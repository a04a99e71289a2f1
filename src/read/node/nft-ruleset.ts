import { known, type Learned, unknown } from "../../model/learned.ts";
import type { NftChain, NftRule, NftRuleset, NftSet } from "../../model/node.ts";
import {
  arrayField,
  field,
  isJsonObject,
  type JsonObject,
  numberField,
  objectField,
  parseJsonDocuments,
  stringField,
} from "./json.ts";

interface ChainDraft extends Omit<NftChain, "rules"> {
  readonly rules: NftRule[];
}
interface TableDraft {
  readonly family: string;
  readonly name: string;
  readonly chains: Map<string, ChainDraft>;
  readonly sets: Map<string, NftSet>;
}
type Tables = Map<string, TableDraft>;

/**
 * One or more documents of `nft -j list table …` or `nft -j list ruleset`, libnftables-json(5); empty text = no table. Expressions and
 * elements stay as the JSON says. A rule that names a chain which was not listed makes all of it unparsable. Never throws.
 */
export function parseNftRuleset(text: string): Learned<NftRuleset> {
  const documents = parseJsonDocuments(text);
  if (!documents.known) return documents;
  const tables: Tables = new Map();
  for (const document of documents.value) {
    const entries = isJsonObject(document) ? field(document, "nftables") : undefined;
    if (!Array.isArray(entries)) return unknown("unparsable", 'expected {"nftables": […]}');
    for (const [index, entry] of entries.entries()) {
      const wrong = isJsonObject(entry) ? readEntry(tables, entry) : "expected an object";
      if (wrong !== null) return unknown("unparsable", `entry ${index + 1}: ${wrong}`);
    }
  }
  return known({
    tables: [...tables.values()].map((table) => ({ ...table, chains: [...table.chains.values()] })),
  });
}

/** Null, or what is wrong. Entries of other kinds (metainfo, counter, flowtable …) hold nothing that a walk needs. */
function readEntry(tables: Tables, entry: JsonObject): string | null {
  const table = objectField(entry, "table");
  if (table !== null) return tableOf(tables, table, "name") === null ? "a table without family or name" : null;
  const chain = objectField(entry, "chain");
  if (chain !== null) return readChain(tables, chain);
  const rule = objectField(entry, "rule");
  if (rule !== null) return readRule(tables, rule);
  const set = objectField(entry, "set");
  if (set !== null) return readSet(tables, set, "set");
  const map = objectField(entry, "map");
  return map === null ? null : readSet(tables, map, "map");
}

function tableOf(tables: Tables, object: JsonObject, key: "name" | "table"): TableDraft | null {
  const family = stringField(object, "family");
  const name = stringField(object, key);
  if (family === null || name === null) return null;
  const id = `${family} ${name}`;
  const table = tables.get(id) ?? { family, name, chains: new Map(), sets: new Map() };
  tables.set(id, table);
  return table;
}

function readChain(tables: Tables, chain: JsonObject): string | null {
  const table = tableOf(tables, chain, "table");
  const name = stringField(chain, "name");
  if (table === null || name === null) return "a chain without table or name";
  const hook = stringField(chain, "hook");
  table.chains.set(name, {
    name,
    hook,
    priority: numberField(chain, "prio"),
    type: stringField(chain, "type"),
    // nft(8): a base chain that names no policy accepts.
    policy: stringField(chain, "policy") ?? (hook === null ? null : "accept"),
    rules: table.chains.get(name)?.rules ?? [],
  });
  return null;
}

function readRule(tables: Tables, rule: JsonObject): string | null {
  const chain = tableOf(tables, rule, "table")?.chains.get(stringField(rule, "chain") ?? "");
  if (chain === undefined) return "a rule of a chain that is not listed";
  const expressions = field(rule, "expr");
  if (!Array.isArray(expressions)) return `a rule of chain ${chain.name} without expressions`;
  chain.rules.push({
    handle: numberField(rule, "handle") ?? 0,
    expressions,
    comment: stringField(rule, "comment") ?? "",
    packets: countedPackets(expressions),
  });
  return null;
}

function countedPackets(expressions: readonly unknown[]): number | null {
  for (const expression of expressions) {
    const counter = isJsonObject(expression) ? objectField(expression, "counter") : null;
    if (counter !== null) return numberField(counter, "packets");
  }
  return null;
}

function readSet(tables: Tables, set: JsonObject, kind: NftSet["kind"]): string | null {
  const table = tableOf(tables, set, "table");
  const name = stringField(set, "name");
  if (table === null || name === null) return `a ${kind} without table or name`;
  table.sets.set(name, { name, kind, elements: arrayField(set, "elem") });
  return null;
}
