import * as v from "valibot";
import type { Learned } from "../model/learned.ts";
import { known, unknown } from "../model/learned.ts";

export const BUNDLE_FORMAT = "netdoctor-bundle/v1";

const LONGEST_ID = 1024;
const text = v.pipe(v.string(), v.maxLength(65_536));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const reason = v.picklist([
  "forbidden",
  "not-served",
  "timed-out",
  "unreachable",
  "unparsable",
  "failed",
  "no-tool",
  "too-large",
  "not-collected",
]);
const id = v.pipe(v.string(), v.minLength(1), v.maxLength(LONGEST_ID));
const entry = v.union([
  v.object({
    id,
    command: text,
    takenAt: text,
    file: text,
    bytes: count,
    sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  }),
  v.object({ id, command: text, takenAt: text, unknown: v.object({ reason, detail: text }) }),
]);
const manifest = v.object({
  format: v.literal(BUNDLE_FORMAT),
  createdAt: text,
  tool: v.object({ name: text, version: text }),
  redactions: v.array(v.object({ kind: text, count })),
  captures: v.array(entry),
});

/** What a bundle says of itself. A capture has a file, or the reason why there is none. */
export type Manifest = v.InferOutput<typeof manifest>;
export type ManifestEntry = v.InferOutput<typeof entry>;

/** Reads manifest.json. Refuses another format, ids that occur twice and whatever is not as docs/BUNDLE.md says. */
export function parseManifest(json: string): Learned<Manifest> {
  let raw: unknown;
  try {
    raw = JSON.parse(json);
  } catch {
    return unknown("unparsable", "manifest.json is not JSON");
  }
  const format = formatOf(raw);
  if (format !== BUNDLE_FORMAT) {
    return unknown("unparsable", `manifest.json has format ${JSON.stringify(format)}, expected "${BUNDLE_FORMAT}"`);
  }
  const parsed = v.safeParse(manifest, raw, { abortEarly: true });
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return unknown("unparsable", `manifest.json: ${v.getDotPath(issue) ?? "document"}: ${issue.message}`);
  }
  const twice = firstTwice(parsed.output.captures.map((capture) => capture.id));
  return twice === null
    ? known(parsed.output)
    : unknown("unparsable", `manifest.json names capture ${JSON.stringify(twice)} twice`);
}

function formatOf(raw: unknown): unknown {
  return typeof raw === "object" && raw !== null && "format" in raw ? raw.format : undefined;
}

function firstTwice(ids: readonly string[]): string | null {
  const seen = new Set<string>();
  for (const each of ids) {
    if (seen.has(each)) return each;
    seen.add(each);
  }
  return null;
}
