import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import type { Capture, Captures } from "../model/capture.ts";
import { known, type Learned, type Unknown, unknown } from "../model/learned.ts";
import { readArchive } from "./archive.ts";
import { readDirectoryFile } from "./directory.ts";
import { captureFile, MANIFEST_FILE } from "./file-name.ts";
import { BundleFault, type BundleLimits, DEFAULT_LIMITS } from "./limits.ts";
import { type Manifest, type ManifestEntry, parseManifest } from "./manifest.ts";

export interface Bundle {
  readonly manifest: Manifest;
  readonly captures: Captures;
}
/** Gives the bytes of one file of the bundle; null where it has none. */
type FileSource = (name: string, limitBytes: number) => Promise<Buffer | null>;

/**
 * Reads a bundle, a .tar.gz or a directory of the same files. Nothing in it is trusted: names, sizes, counts, hashes and
 * links are checked, and nothing is written. Never rejects: what is wrong is said in `detail`.
 */
export async function readBundle(path: string, limits: BundleLimits = DEFAULT_LIMITS): Promise<Learned<Bundle>> {
  try {
    const source = await open(path, limits);
    const manifestBytes = await source.read(MANIFEST_FILE, limits.manifestBytes);
    if (manifestBytes === null) return unknown("unparsable", `${path} is not a bundle: it has no ${MANIFEST_FILE}`);
    const manifest = parseManifest(manifestBytes.toString("utf8"));
    if (!manifest.known) return unknown(manifest.reason, `${path}: ${manifest.detail}`);
    if (manifest.value.captures.length > limits.files)
      throw new BundleFault("too-large", `more than ${limits.files} captures`);
    source.refuseUnlisted(manifest.value);
    return known({ manifest: manifest.value, captures: await readCaptures(manifest.value, source.read, limits) });
  } catch (error) {
    return explained(path, error);
  }
}

async function open(
  path: string,
  limits: BundleLimits,
): Promise<{ read: FileSource; refuseUnlisted: (manifest: Manifest) => void }> {
  if ((await stat(path)).isDirectory()) {
    return { read: (name, limitBytes) => readDirectoryFile(path, name, limitBytes), refuseUnlisted: () => {} };
  }
  const files = await readArchive(path, limits);
  return {
    // A file is handed out once, so that its bytes can go when its text is there.
    read: async (name) => {
      const bytes = files.get(name) ?? null;
      files.delete(name);
      return bytes;
    },
    refuseUnlisted: (manifest) => {
      const listed = new Set(manifest.captures.flatMap((entry) => ("file" in entry ? [entry.file] : [])));
      for (const name of files.keys()) {
        if (!listed.has(name))
          throw new BundleFault("unparsable", `file ${JSON.stringify(name)} is not in the manifest`);
      }
    },
  };
}

async function readCaptures(manifest: Manifest, read: FileSource, limits: BundleLimits): Promise<Captures> {
  const captures = new Map<string, Capture>();
  let totalBytes = 0;
  for (const entry of manifest.captures) {
    const { id, command, takenAt } = entry;
    if ("unknown" in entry) {
      captures.set(id, { id, command, takenAt, result: unknown(entry.unknown.reason, entry.unknown.detail) });
      continue;
    }
    totalBytes += entry.bytes;
    if (totalBytes > limits.totalBytes) throw new BundleFault("too-large", `more than ${limits.totalBytes} bytes`);
    captures.set(id, { id, command, takenAt, result: known(await readVerified(entry, read, limits)) });
  }
  return captures;
}

async function readVerified(
  entry: Extract<ManifestEntry, { file: string }>,
  read: FileSource,
  limits: BundleLimits,
): Promise<string> {
  const id = JSON.stringify(entry.id);
  if (entry.file !== captureFile(entry.id)) {
    throw new BundleFault(
      "unparsable",
      `capture ${id} names file ${JSON.stringify(entry.file)}, expected ${captureFile(entry.id)}`,
    );
  }
  const bytes = await read(entry.file, limits.fileBytes);
  if (bytes === null) throw new BundleFault("unparsable", `file ${entry.file} of capture ${id} is missing`);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (bytes.length !== entry.bytes || sha256 !== entry.sha256) {
    throw new BundleFault("unparsable", `file ${entry.file} is not what the manifest says: it was changed or cut off`);
  }
  return bytes.toString("utf8");
}

function explained(path: string, error: unknown): Unknown {
  if (error instanceof BundleFault) return unknown(error.reason, `${path}: ${error.message}`);
  const code = error instanceof Error && "code" in error ? error.code : "";
  if (code === "ENOENT") return unknown("failed", `${path} does not exist`);
  if (code === "EACCES" || code === "EPERM") return unknown("forbidden", `${path} may not be read`);
  if (typeof code === "string" && code.startsWith("Z_"))
    return unknown("unparsable", `${path} is no complete gzip file: ${textOf(error)}`);
  return unknown("unparsable", `${path} cannot be read as a bundle: ${textOf(error)}`);
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
