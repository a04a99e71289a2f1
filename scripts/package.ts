/**
 * `npm run package [-- --only linux-amd64,sea]`: everything of a release, in dist/package. The same sources give the same
 * bytes. Executables are made of npm packages only; docs/RELEASE.md says how.
 */
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import pjson from "../package.json" with { type: "json" };
import { bundle } from "./build.ts";
import { type BundledPackage, bundledPackages } from "./package/bundled-packages.ts";
import { compile } from "./package/compile.ts";
import { krewFaults } from "./package/krew-manifest.ts";
import { renderKrewManifest } from "./package/krew-template.ts";
import { notices } from "./package/notices.ts";
import { packForNpm } from "./package/npm-package.ts";
import { pinnedPackage } from "./package/pinned-package.ts";
import { archiveOf, executableOf, nameOf, type Platform, platforms } from "./package/platforms.ts";
import { checksums, releaseArchive, sha256 } from "./package/release-files.ts";
import { sbom } from "./package/sbom.ts";
import { makeSingleExecutable } from "./package/single-executable.ts";

const { values } = parseArgs({ options: { only: { type: "string" }, out: { type: "string" } } });
const names = [...platforms.map(nameOf), "sea"];
const only = values.only?.split(",") ?? names;
const strangers = only.filter((name) => !names.includes(name));
if (strangers.length > 0) {
  console.error(`--only knows ${names.join(", ")}; not ${strangers.join(", ")}`);
  process.exit(2);
}

const { version } = pjson;
const target = values.out ?? join(import.meta.dirname, "../dist/package");
mkdirSync(target, { recursive: true });
// Files appear in the target when they are whole, and tests read it while this runs.
const partial = mkdtempSync(join(target, ".partial-"));
try {
  const packages = bundledPackages(await bundle(join(partial, "bundle")));
  const file = join(partial, "bundle/cli.cjs");
  for (const platform of platforms.filter((each) => only.includes(nameOf(each))))
    await release(platform, file, packages);
  if (only.includes("sea")) await fallback(file);
  if (values.only === undefined) await releaseWide(file, packages);
} finally {
  rmSync(partial, { recursive: true, force: true });
}

async function release(platform: Platform, file: string, packages: readonly BundledPackage[]): Promise<void> {
  const start = performance.now();
  const executable = join(partial, executableOf(platform));
  await compile(file, platform, executable);
  const text = notices(packages, await pinnedPackage(platform.runtime));
  const archive = await releaseArchive(platform, executable, text);
  keepExecutable(nameOf(platform), executable, file);
  keep(archiveOf(platform, version), archive);
  print(nameOf(platform), archive.length, start);
}

async function fallback(file: string): Promise<void> {
  const start = performance.now();
  const executable = join(partial, "kubectl-netdoctor");
  await makeSingleExecutable(file, executable);
  keepExecutable("sea", executable, file);
  print("sea (Node.js, linux-amd64; not released)", null, start);
}

/** What is about all platforms: made when all were. */
async function releaseWide(file: string, packages: readonly BundledPackage[]): Promise<void> {
  const bill = `kubectl-netdoctor_v${version}.cdx.json`;
  keep(
    bill,
    sbom(
      version,
      packages,
      platforms.map(({ runtime }) => runtime),
    ),
  );
  const tarball = await packForNpm(file, notices(packages, null), target);
  const files = [...platforms.map((platform) => archiveOf(platform, version)), bill, tarball];
  const sums = new Map(files.map((name) => [name, sha256(readFileSync(join(target, name)))]));
  keep("SHA256SUMS", checksums(sums));
  const manifest = renderKrewManifest(version, sums);
  const faults = krewFaults("netdoctor.yaml", manifest);
  if (faults.length > 0) throw new Error(`the Krew manifest is not valid:\n${faults.join("\n")}`);
  keep("netdoctor.yaml", manifest);
}

function keep(name: string, content: Buffer | string): void {
  writeFileSync(join(partial, name), content);
  renameSync(join(partial, name), join(target, name));
}

/** Beside it stands which bundle it holds, so that a test can tell an executable of other sources. */
function keepExecutable(name: string, executable: string, file: string): void {
  const directory = join(target, name);
  mkdirSync(directory, { recursive: true });
  renameSync(executable, join(directory, executable.endsWith(".exe") ? "kubectl-netdoctor.exe" : "kubectl-netdoctor"));
  writeFileSync(join(directory, "bundle.sha256"), `${sha256(readFileSync(file))}\n`);
}

function print(what: string, bytes: number | null, start: number): void {
  const size = bytes === null ? "" : `${(bytes / 1_000_000).toFixed(1)} MB, `;
  console.log(`${what}: ${size}${((performance.now() - start) / 1000).toFixed(1)} s`);
}
