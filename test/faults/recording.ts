import { existsSync, readFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import * as v from "valibot";
import { readBundle } from "../../src/bundle/read.ts";
import type { Capture, Captures } from "../../src/model/capture.ts";

/** Where the suite keeps what it saw: per fault, pair or set of traps the captures of a run and what was said. */
export const recordings = join(import.meta.dirname, "recorded");

/** What one run of a fault came to, as the table of results shows it. */
const resultSchema = v.object({
  naming: v.picklist(["named first", "named, not first", "wrong first", "silent"]),
  said: v.string(),
  seconds: v.number(),
  left: v.number(),
  fix: v.picklist(["healthy after its command", "not healthy after its command", "not one command", "not tried"]),
  problems: v.array(v.string()),
});
export type Result = v.InferOutput<typeof resultSchema>;

export const recordingOf = (name: string): string => join(recordings, `${name}.json.br`);
const resultOf = (name: string): string => join(recordings, `${name}.json`);

export const isRecorded = (name: string): boolean => existsSync(recordingOf(name));

export async function keepResult(name: string, result: Result): Promise<void> {
  await mkdir(recordings, { recursive: true });
  await writeFile(resultOf(name), `${JSON.stringify(result, null, 2)}\n`);
}

/** The last result of that name; null where it never ran. */
export async function readResult(name: string): Promise<Result | null> {
  if (!existsSync(resultOf(name))) return null;
  return v.parse(resultSchema, JSON.parse(await readFile(resultOf(name), "utf8")));
}

/**
 * Keeps the captures of a saved bundle, redacted as every bundle is, as one compressed JSON text: 20 to 30 KB, where the bundle with
 * its hashes has 90. Sockets that do not listen are left out: no reader uses them, and they are half of it.
 */
export async function keepRecording(bundle: string, name: string): Promise<void> {
  const read = await readBundle(bundle);
  if (!read.known) throw new Error(read.detail);
  const text = JSON.stringify([...read.value.captures.values()].map(withoutConnections));
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
  };
  await mkdir(dirname(recordingOf(name)), { recursive: true });
  await writeFile(recordingOf(name), brotliCompressSync(text, { params }));
}

const learnedSchema = v.variant("known", [
  v.object({ known: v.literal(true), value: v.string() }),
  v.object({
    known: v.literal(false),
    reason: v.picklist([
      "forbidden",
      "not-served",
      "timed-out",
      "unreachable",
      "unparsable",
      "failed",
      "no-tool",
      "too-large",
      "not-collected",
    ]),
    detail: v.string(),
  }),
]);
const capturesSchema = v.array(
  v.object({ id: v.string(), command: v.string(), takenAt: v.string(), result: learnedSchema }),
);

export function readRecording(name: string): Captures {
  const captures = v.parse(
    capturesSchema,
    JSON.parse(brotliDecompressSync(readFileSync(recordingOf(name))).toString()),
  );
  return new Map(captures.map((capture) => [capture.id, capture]));
}

/** /proc/net/{tcp,udp}: the header, and the rows in state 0A (TCP that listens) or 07 (UDP that is bound). */
function withoutConnections(capture: Capture): Capture {
  if (!/\/proc-net-(tcp|udp)6?$/.test(capture.id) || !capture.result.known) return capture;
  const rows = capture.result.value.split("\n").filter((row) => !/^\s*\d+: \S+ \S+ (?!0A|07)[0-9A-F]{2} /.test(row));
  return { ...capture, result: { known: true, value: rows.join("\n") } };
}
