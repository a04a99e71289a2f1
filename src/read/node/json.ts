import { known, type Learned, unknown } from "../../model/learned.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** Deeper than anything ip, nft or a CNI configuration prints; keeps those who walk the result from exhausting the stack. */
const MAX_DEPTH = 100;
const QUOTE = 34;
const BACKSLASH = 92;

/** Parses JSON values that stand one after another, as several `nft -j` runs print them. Empty text is no document. Never throws. */
export function parseJsonDocuments(text: string): Learned<readonly unknown[]> {
  const documents: unknown[] = [];
  let start = 0;
  while (start < text.length) {
    const end = endOfDocument(text, start);
    if (end === null) return unknown("unparsable", `JSON nested deeper than ${MAX_DEPTH} levels`);
    const part = text.slice(start, end);
    start = end;
    if (part.trim() === "") continue;
    const parsed = parseJson(part);
    if (!parsed.known) return parsed;
    documents.push(parsed.value);
  }
  return known(documents);
}

/** Parses text that is exactly one JSON value. Never throws. */
export function parseJsonDocument(text: string): Learned<unknown> {
  if (text.trim() === "") return unknown("unparsable", "empty text, expected JSON");
  if (endOfDocument(text, 0) === null) return unknown("unparsable", `JSON nested deeper than ${MAX_DEPTH} levels`);
  return parseJson(text);
}

/** Reads a JSON array row by row. A row reader returns a sentence where a row lacks what it must have: then nothing is known. */
export function parseJsonRows<T extends object>(
  text: string,
  readRow: (row: JsonObject) => T | string,
): Learned<readonly T[]> {
  const parsed = parseJsonDocument(text);
  if (!parsed.known) return parsed;
  if (!Array.isArray(parsed.value)) return unknown("unparsable", "expected a JSON array");
  const rows: T[] = [];
  for (const [index, value] of parsed.value.entries()) {
    if (!isJsonObject(value)) return unknown("unparsable", `entry ${index + 1}: expected an object`);
    // iproute2 prints {} for what a filter took out.
    if (Object.keys(value).length === 0) continue;
    const row = readRow(value);
    if (typeof row === "string") return unknown("unparsable", `entry ${index + 1}: ${row}`);
    rows.push(row);
  }
  return known(rows);
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object's own field: "__proto__" and "constructor" are names like any other. */
export function field(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
export function stringField(object: JsonObject, key: string): string | null {
  const value = field(object, key);
  return typeof value === "string" ? value : null;
}
export function numberField(object: JsonObject, key: string): number | null {
  const value = field(object, key);
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
export function objectField(object: JsonObject, key: string): JsonObject | null {
  const value = field(object, key);
  return isJsonObject(value) ? value : null;
}
export function arrayField(object: JsonObject, key: string): readonly unknown[] {
  const value = field(object, key);
  return Array.isArray(value) ? value : [];
}
export function objectsField(object: JsonObject, key: string): readonly JsonObject[] {
  return arrayField(object, key).filter(isJsonObject);
}
export function stringsField(object: JsonObject, key: string): readonly string[] {
  return arrayField(object, key).filter((value) => typeof value === "string");
}

function parseJson(text: string): Learned<unknown> {
  try {
    return known(JSON.parse(text));
  } catch (error) {
    return unknown("unparsable", `not JSON: ${error instanceof Error ? oneLine(error.message) : "unknown error"}`);
  }
}

/** Index after the bracketed value that begins at or after `start`; the end of the text where it does not close; null = too deep. */
function endOfDocument(text: string, start: number): number | null {
  let depth = 0;
  for (let index = start; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) index = endOfString(text, index);
    else if (code === 91 || code === 123) depth += 1;
    else if (code === 93 || code === 125) {
      depth -= 1;
      if (depth <= 0) return index + 1;
    }
    if (depth > MAX_DEPTH) return null;
  }
  return text.length;
}

function endOfString(text: string, quote: number): number {
  let index = quote + 1;
  while (index < text.length && text.charCodeAt(index) !== QUOTE) {
    index += text.charCodeAt(index) === BACKSLASH ? 2 : 1;
  }
  return index;
}

function oneLine(message: string): string {
  return message.replaceAll(/\s+/g, " ").slice(0, 160);
}
