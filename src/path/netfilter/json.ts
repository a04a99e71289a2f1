/** A JSON object of libnftables-json(5). */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** The one member of {"match": {…}}: its name and value; null for all else. */
export function onlyMember(value: unknown): readonly [string, unknown] | null {
  if (!isObject(value)) return null;
  const entries = Object.entries(value);
  return entries.length === 1 && entries[0] !== undefined ? entries[0] : null;
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}
