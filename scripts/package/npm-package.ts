import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import * as v from "valibot";

const root = join(import.meta.dirname, "../..");
const manifestSchema = v.record(v.string(), v.unknown());

/** What only the sources need: the bundle holds every dependency. */
const ofTheSources = ["private", "files", "scripts", "dependencies", "devDependencies", "allowScripts"];

/** Packs the npm package, one file without dependencies, into a directory; returns the tarball's name. */
export async function packForNpm(bundleFile: string, notices: string, directory: string): Promise<string> {
  const stage = mkdtempSync(join(tmpdir(), "netdoctor-npm-"));
  try {
    mkdirSync(join(stage, "dist"));
    copyFileSync(bundleFile, join(stage, "dist/cli.cjs"));
    cpSync(join(root, "bin"), join(stage, "bin"), { recursive: true, filter: (path) => !path.endsWith("dev.js") });
    for (const file of ["LICENSE", "README.md"]) copyFileSync(join(root, file), join(stage, file));
    writeFileSync(join(stage, "THIRD_PARTY_NOTICES"), notices);
    const manifest = v.parse(manifestSchema, JSON.parse(readFileSync(join(root, "package.json"), "utf8")));
    const kept = Object.fromEntries(Object.entries(manifest).filter(([key]) => !ofTheSources.includes(key)));
    writeFileSync(join(stage, "package.json"), `${JSON.stringify(kept, null, 2)}\n`);
    const { stdout } = await execa("npm", ["pack", "--silent", "--ignore-scripts"], { cwd: stage });
    const name = stdout.trim().split("\n").at(-1) ?? "";
    copyFileSync(join(stage, name), join(directory, `${name}.partial`));
    renameSync(join(directory, `${name}.partial`), join(directory, name));
    return name;
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}
