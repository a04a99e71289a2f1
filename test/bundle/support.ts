import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type Header, pack } from "tar-stream";
import type { Capture, Captures } from "../../src/model/capture.ts";
import { known, type Learned } from "../../src/model/learned.ts";

export const META = { createdAt: "2026-11-21T10:00:00Z", version: "0.1.0" };

export function capturesOf(entries: Readonly<Record<string, string | Learned<string>>>): Captures {
  return new Map(
    Object.entries(entries).map(([id, result]): [string, Capture] => [
      id,
      {
        id,
        command: `read ${id}`,
        takenAt: "2026-11-21T09:59:58Z",
        result: typeof result === "string" ? known(result) : result,
      },
    ]),
  );
}

/** Runs with a new directory, removed afterwards. */
export async function inScratch<T>(run: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), "netdoctor-test-"));
  try {
    return await run(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A .tar.gz of exactly these entries, however wrong they are. */
export async function archiveOf(
  entries: readonly (readonly [Partial<Header> & Pick<Header, "name">, string])[],
): Promise<Buffer> {
  const archive = pack();
  for (const [header, text] of entries) archive.entry(header, text);
  archive.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return gzipSync(Buffer.concat(chunks));
}
