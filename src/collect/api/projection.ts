/** Keeps a part of a JSON value. What has another shape than expected is passed on as it is, for the reader to judge. */
export type Projection = (value: unknown) => unknown;
export type JsonObject = Readonly<Record<string, unknown>>;

export const keep: Projection = (value) => value;

/** Keeps the named fields, each through its own projection; fields that are absent stay absent. */
export function fields(table: Readonly<Record<string, Projection>>): Projection {
  const entries = Object.entries(table);
  return (value) => {
    if (!isJsonObject(value)) {
      return value;
    }
    const kept: Record<string, unknown> = {};
    for (const [name, project] of entries) {
      const field = value[name];
      if (field !== undefined) {
        kept[name] = project(field);
      }
    }
    return kept;
  };
}

/** Keeps these fields whole. */
export function only(...names: readonly string[]): Projection {
  return fields(Object.fromEntries(names.map((name) => [name, keep])));
}

/** Applies a projection to each element of a list. */
export function each(project: Projection): Projection {
  return (value) => (Array.isArray(value) ? value.map((element) => project(element)) : value);
}

/** Keeps the keys of a map that the predicate accepts; the field goes when none is left. */
export function keysThat(accepts: (key: string) => boolean): Projection {
  return (value) => {
    if (!isJsonObject(value)) {
      return value;
    }
    const kept = Object.entries(value).filter(([key]) => accepts(key));
    return kept.length === 0 ? undefined : Object.fromEntries(kept);
  };
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object or list found under a path of field names; undefined where there is none. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const name of path) {
    found = isJsonObject(found) ? found[name] : undefined;
  }
  return found;
}

export function textAt(value: unknown, ...path: readonly string[]): string {
  const found = at(value, ...path);
  return typeof found === "string" ? found : "";
}
