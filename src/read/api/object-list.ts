import type { Capture, Captures } from "../../model/capture.ts";
import { known, type Learned, unknown } from "../../model/learned.ts";
import { asString, at, type JsonObject, objectOrNull, parseJson } from "../json-value.ts";
import { compareText } from "../known-parts.ts";

/** The objects of one capture, and how many of its items are not shaped as that kind must be. */
export interface ObjectList<T> {
  readonly items: readonly T[];
  readonly rejected: number;
}

/** Reads one item of a list; null = it is not shaped as that kind must be. Must not throw. */
export type ItemReader<T> = (item: JsonObject) => T | null;

/** The capture's text as a JSON array; unknown where there is no such capture, no text, or no array in it. */
export function readItems(captures: Captures, id: string): Learned<readonly unknown[]> {
  const capture: Capture | undefined = captures.get(id);
  if (capture === undefined) return unknown("not-collected", `${id} was not collected`);
  if (!capture.result.known) return capture.result;
  const parsed = parseJson(capture.result.value);
  if (!parsed.known) return unknown("unparsable", `${id}: ${parsed.detail}`);
  if (!Array.isArray(parsed.value)) return unknown("unparsable", `${id}: expected a JSON array`);
  return known([...parsed.value].sort(byKey));
}

/** An API server lists by namespace and name; a list put together of parts may not, and nothing found may depend on that. */
function byKey(a: unknown, b: unknown): number {
  return (
    compareText(asString(at(a, "metadata", "namespace")), asString(at(b, "metadata", "namespace"))) ||
    compareText(asString(at(a, "metadata", "name")), asString(at(b, "metadata", "name")))
  );
}

/** Reads every item. A list of which no item is shaped right is unknown: "none" would be a guess. */
export function readList<T>(items: Learned<readonly unknown[]>, readItem: ItemReader<T>): Learned<ObjectList<T>> {
  if (!items.known) return items;
  const read: T[] = [];
  for (const item of items.value) {
    const object = objectOrNull(item);
    const value = object === null ? null : readItem(object);
    if (value !== null) read.push(value);
  }
  const rejected = items.value.length - read.length;
  if (read.length === 0 && rejected > 0)
    return unknown("unparsable", `none of ${rejected} items has the shape expected`);
  return known({ items: read, rejected });
}

/** metadata.name, which every object has; null where it is missing. */
export function nameOf(item: JsonObject): string | null {
  const name = asString(at(item, "metadata", "name"));
  return name === "" ? null : name;
}

/** metadata.namespace; "default" where it is missing, as kubectl has it. */
export function namespaceOf(item: JsonObject): string {
  return asString(at(item, "metadata", "namespace")) || "default";
}
