import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { execa } from "execa";
import { extract } from "tar-stream";
import pinned from "./pinned-packages.json" with { type: "json" };

const cache = join(import.meta.dirname, "../../node_modules/.cache/netdoctor");

export interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  /** Path of its program on this machine. */
  readonly executable: string;
}

/**
 * An npm package of pinned-packages.json, from the registry that npm is configured for, unpacked once. Its bytes are those
 * whose SHA-512 the repository holds; anything else throws. No script of the package is run.
 */
export function pinnedPackage(name: string): Promise<PinnedPackage> {
  const underWay = fetched.get(name) ?? fetchPackage(name);
  fetched.set(name, underWay);
  return underWay;
}

const fetched = new Map<string, Promise<PinnedPackage>>();

async function fetchPackage(name: string): Promise<PinnedPackage> {
  const pin = Object.entries(pinned).find(([key]) => key === name)?.[1];
  if (pin === undefined) throw new Error(`${name} is not in pinned-packages.json`);
  const { version, integrity, executable } = pin;
  const directory = join(cache, `${name.replaceAll("/", "-")}-${version}`);
  const program = join(directory, executable);
  if (!existsSync(program)) {
    const archive = await download(`${name}@${version}`);
    requireIntegrity(archive, integrity, `${name}@${version}`);
    await unpack(archive, directory);
    chmodSync(program, 0o755);
  }
  return { name, version, executable: program };
}

/** Throws where the bytes are not those of a Subresource Integrity string, as npm writes them into lock files. */
export function requireIntegrity(bytes: Uint8Array, integrity: string, what: string): void {
  const found = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
  if (found !== integrity) throw new Error(`${what} has integrity ${found}, expected ${integrity}`);
}

async function download(spec: string): Promise<Buffer> {
  mkdirSync(cache, { recursive: true });
  const directory = mkdtempSync(join(cache, "download-"));
  try {
    const { stdout } = await execa("npm", ["pack", spec, "--silent", "--pack-destination", directory]);
    return readFileSync(join(directory, stdout.trim().split("\n").at(-1) ?? ""));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Into a directory beside, renamed when complete, so that an interrupted run leaves nothing that looks whole. */
async function unpack(archive: Buffer, directory: string): Promise<void> {
  const partial = `${directory}.${process.pid}`;
  rmSync(partial, { recursive: true, force: true });
  const entries = extract();
  const filled = pipeline(Readable.from([archive]), createGunzip(), entries);
  for await (const entry of entries) {
    const file = join(partial, entry.header.name.replace(/^package\//, ""));
    if (!file.startsWith(partial)) throw new Error(`${entry.header.name} leads out of the package`);
    const bytes = await buffer(entry);
    if (entry.header.type !== "file") continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  await filled;
  rmSync(directory, { recursive: true, force: true });
  renameSync(partial, directory);
}
