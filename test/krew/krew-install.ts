/** What `kubectl krew install --manifest --archive` does with a plugin (krew v0.4.5, internal/installation), on a .tar.gz. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, normalize, relative, sep } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { type KrewManifest, parseKrewManifest } from "../../scripts/package/krew-manifest.ts";
import { selects } from "../../scripts/package/krew-selector.ts";
import { sha256 } from "../../scripts/package/release-files.ts";

export interface Installed {
  /** Folder of the links, which a person has on PATH. */
  readonly bin: string;
  /** Folder of the plugin's own files. */
  readonly store: string;
}

/** Checks the sum, unpacks, moves what `files` says into the store, and links `bin`. Throws as Krew would refuse. */
export async function krewInstall(
  manifest: string,
  archive: string,
  os: string,
  arch: string,
  root: string,
): Promise<Installed> {
  const { metadata, spec } = parseKrewManifest(manifest);
  const platform = platformFor(spec, os, arch);
  const bytes = readFileSync(archive);
  if (sha256(bytes) !== platform.sha256) throw new Error("checksum does not match");
  const [bin, store] = [join(root, "bin"), join(root, "store", metadata.name, spec.version)];
  for (const directory of [bin, store]) mkdirSync(directory, { recursive: true });
  const staging = mkdtempSync(join(root, "download-"));
  await unpack(bytes, staging);
  if (platform.files === undefined) throw new Error("this double moves listed files only");
  for (const { from, to } of platform.files) move(join(staging, from), within(store, to === "." ? from : to));
  rmSync(staging, { recursive: true });
  const program = within(store, platform.bin);
  if (!existsSync(program)) throw new Error(`source binary ${platform.bin} cannot be found in extracted archive`);
  symlinkSync(relative(bin, program), join(bin, `kubectl-${metadata.name.replaceAll("-", "_")}`));
  return { bin, store };
}

function platformFor(
  { platforms }: KrewManifest["spec"],
  os: string,
  arch: string,
): KrewManifest["spec"]["platforms"][number] {
  const found = platforms.find(({ selector }) => selector !== undefined && selects(selector, os, arch));
  if (found === undefined) throw new Error(`does not offer installation for ${os}/${arch}`);
  return found;
}

async function unpack(archive: Buffer, directory: string): Promise<void> {
  const entries = extract();
  const filled = pipeline(Readable.from([archive]), createGunzip(), entries);
  for await (const entry of entries) {
    const file = within(directory, entry.header.name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, await buffer(entry));
    chmodSync(file, entry.header.mode ?? 0o644);
  }
  await filled;
}

function move(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  renameSync(from, to);
}

function within(directory: string, name: string): string {
  const path = normalize(join(directory, name));
  if (!path.startsWith(directory + sep)) throw new Error(`${name} leads out of ${directory}`);
  return path;
}
