import { createHash, randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, open, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { type Pack, pack } from "tar-stream";
import type { Capture, Captures } from "../model/capture.ts";
import { captureFile, MANIFEST_FILE } from "./file-name.ts";
import { BUNDLE_FORMAT, type Manifest, type ManifestEntry } from "./manifest.ts";
import { redact } from "./redact.ts";

export interface BundleMeta {
  /** RFC 3339, UTC. */
  readonly createdAt: string;
  readonly version: string;
}

/**
 * Writes a .tar.gz readable by its owner only, secrets taken out. The same captures and meta give the same bytes. The file
 * appears when it is complete; rejects with the file system's error where it cannot be written.
 */
export async function writeBundle(captures: Captures, file: string, meta: BundleMeta): Promise<Manifest> {
  const partial = `${file}.${randomBytes(4).toString("hex")}.partial`;
  try {
    const { manifest, files } = prepare(captures, meta);
    const archive = pack();
    const written = pipeline(archive, createGzip(), createWriteStream(partial, { flags: "wx", mode: 0o600 }));
    const added = addAll(archive, manifest, files).catch((error: unknown) => archive.destroy(asError(error)));
    await Promise.all([written, added]);
    await clearPlatform(partial);
    await rename(partial, file);
    return manifest;
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** Writes the same files into a new directory, for examples that live unpacked. */
export async function writeBundleDirectory(captures: Captures, directory: string, meta: BundleMeta): Promise<Manifest> {
  const { manifest, files } = prepare(captures, meta);
  await mkdir(directory, { mode: 0o700 });
  for (const [name, read] of [...files, [MANIFEST_FILE, () => manifestBytes(manifest)] as const]) {
    await mkdir(dirname(join(directory, name)), { recursive: true, mode: 0o700 });
    await writeFile(join(directory, name), read(), { flag: "wx", mode: 0o600 });
  }
  return manifest;
}

type Files = ReadonlyMap<string, () => Buffer>;

/** The manifest first needs every hash; the texts are made again when they are written, so that they are not held twice. */
function prepare(captures: Captures, meta: BundleMeta): { readonly manifest: Manifest; readonly files: Files } {
  const redactions = new Map<string, number>();
  const files = new Map<string, () => Buffer>();
  const sorted = [...captures.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const clean = (text: string): string => {
    const redacted = redact(text);
    for (const [kind, number] of redacted.redactions) redactions.set(kind, (redactions.get(kind) ?? 0) + number);
    return redacted.text;
  };
  const entries = sorted.map((capture): ManifestEntry => {
    const base = { id: capture.id, command: clean(capture.command), takenAt: capture.takenAt };
    if (!capture.result.known) {
      return { ...base, unknown: { reason: capture.result.reason, detail: clean(capture.result.detail) } };
    }
    const file = captureFile(capture.id);
    const bytes = Buffer.from(clean(capture.result.value));
    files.set(file, () => bytesOf(capture));
    return { ...base, file, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
  });
  const counted = [...redactions].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, count]) => ({ kind, count }));
  const tool = { name: "netdoctor", version: meta.version };
  return {
    files,
    manifest: { format: BUNDLE_FORMAT, createdAt: meta.createdAt, tool, redactions: counted, captures: entries },
  };
}

const bytesOf = ({ result }: Capture): Buffer => Buffer.from(result.known ? redact(result.value).text : "");
const manifestBytes = (manifest: Manifest): Buffer => Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);

async function addAll(archive: Pack, manifest: Manifest, files: Files): Promise<void> {
  await addFile(archive, MANIFEST_FILE, manifestBytes(manifest));
  for (const [name, read] of files) await addFile(archive, name, read());
  archive.finalize();
}

function addFile(archive: Pack, name: string, bytes: Buffer): Promise<void> {
  const header = { name, mode: 0o600, mtime: new Date(0), uid: 0, gid: 0, size: bytes.length };
  return new Promise((resolve, reject) => {
    archive.entry(header, bytes, (error) => (error ? reject(error) : resolve()));
  });
}

/** RFC 1952 2.3: byte 9 names the operating system; 255 = unknown, the same everywhere. */
async function clearPlatform(file: string): Promise<void> {
  const handle = await open(file, "r+");
  try {
    await handle.write(Uint8Array.of(255), 0, 1, 9);
  } finally {
    await handle.close();
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
