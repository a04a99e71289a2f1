import { known, type Learned, unknown } from "../model/learned.ts";

/** A JSON object whose members have not been looked at. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Parses JSON; unknown("unparsable") with the parser's word where the text is not JSON or is nested too deep. */
export function parseJson(text: string): Learned<unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return known(value);
  } catch (error) {
    return unknown("unparsable", error instanceof Error ? error.message : "is not JSON");
  }
}

/** The value if it is an object (not an array, not null), else null. */
export function objectOrNull(value: unknown): JsonObject | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

const NOTHING: JsonObject = Object.freeze(Object.create(null) as JsonObject);

/** The value if it is an object, else one without members. */
export function asObject(value: unknown): JsonObject {
  return objectOrNull(value) ?? NOTHING;
}

/** The value if it is an array, else an empty one. */
export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** The objects of an array; members of another type are left out. */
export function asObjects(value: unknown): readonly JsonObject[] {
  return asArray(value)
    .map(objectOrNull)
    .filter((item) => item !== null);
}

export function asString(value: unknown, fallback = ""): string {
  return typeof value === "string" ? value : fallback;
}

/** The strings of an array; members of another type and empty ones are left out. */
export function asStrings(value: unknown): readonly string[] {
  return asArray(value).filter((item): item is string => typeof item === "string" && item !== "");
}

/** A finite number, or null. */
export function asNumber(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

export function asBoolean(value: unknown, fallback: boolean): boolean {
  return typeof value === "boolean" ? value : fallback;
}

/** The value if it is one of the words, else the fallback. */
export function asOneOf<const T extends string>(value: unknown, words: readonly T[], fallback: T): T {
  return words.find((word) => word === value) ?? fallback;
}

/** An object's members that are strings: labels, annotations, the data of a ConfigMap. */
export function asStringMap(value: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(asObject(value));
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

/** The member that a path of names leads to; undefined where one is missing on the way. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let here: unknown = value;
  for (const name of path) {
    const object = objectOrNull(here);
    if (object === null || !Object.hasOwn(object, name)) return undefined;
    here = object[name];
  }
  return here;
}
