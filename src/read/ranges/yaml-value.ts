import { loadAll } from "js-yaml";
import { at } from "../json-value.ts";

/**
 * The first document of a YAML text in which the path leads somewhere; undefined where none does or the text is not YAML.
 * Aliases are shared, not copied, so a small text cannot grow large.
 */
export function yamlAt(text: string, ...path: readonly string[]): unknown {
  let documents: unknown[];
  try {
    documents = loadAll(text);
  } catch {
    return undefined;
  }
  return documents.map((document) => at(document, ...path)).find((value) => value !== undefined && value !== null);
}
