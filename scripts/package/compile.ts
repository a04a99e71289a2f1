import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { checkSignature, removeSignature } from "./mach-o.ts";
import { pinnedPackage } from "./pinned-package.ts";
import { hostPlatform, type Platform } from "./platforms.ts";

/**
 * Makes one executable of the bundle with `bun build --compile`. The bundle must be CommonJS with undici and ws in it: Bun
 * replaces imports of those names by its own, which ignore a private CA.
 */
export async function compile(bundleFile: string, platform: Platform, executable: string): Promise<void> {
  const [builder, runtime] = await Promise.all(
    [hostPlatform(), platform].map(({ runtime: name }) => pinnedPackage(name)),
  );
  if (builder === undefined || runtime === undefined) throw new Error("no Bun to build with");
  // Alone in a directory: beside node_modules Bun would put in whatever oclif asks for on the off-chance, such as typescript.
  const alone = mkdtempSync(join(tmpdir(), "netdoctor-bun-"));
  copyFileSync(bundleFile, join(alone, "cli.cjs"));
  const argv = [
    "build",
    "--compile",
    "--bytecode",
    "--minify",
    // On by default: whatever .env or bunfig.toml lies in the person's current directory would be read.
    "--no-compile-autoload-dotenv",
    "--no-compile-autoload-bunfig",
    `--target=${platform.target}`,
    `--compile-executable-path=${runtime.executable}`,
    "cli.cjs",
    `--outfile=${executable}`,
  ];
  try {
    await execa(builder.executable, argv, {
      // The bundle's path is recorded in the executable, so it is a relative one.
      cwd: alone,
      env: { PATH: process.env.PATH, HOME: alone },
      extendEnv: false,
    });
  } finally {
    rmSync(alone, { recursive: true, force: true });
  }
  if (platform.os === "darwin") signatureAsItMustBe(executable, platform);
  chmodSync(executable, 0o755);
}

/**
 * macOS runs unsigned code on amd64 only, and badly signed code nowhere. Bun signs arm64 ad hoc and leaves amd64 with the
 * signature of the file it began with.
 */
function signatureAsItMustBe(executable: string, { arch }: Platform): void {
  const file = readFileSync(executable);
  if (arch === "amd64") {
    writeFileSync(executable, removeSignature(file));
    return;
  }
  const check = checkSignature(file);
  if (check === null || check.pages === 0 || check.badPages > 0 || check.uncoveredBytes > 0)
    throw new Error(`${executable} is not signed as arm64 macOS asks: ${JSON.stringify(check)}`);
}
