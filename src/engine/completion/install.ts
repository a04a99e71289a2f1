import { constants } from "node:fs";
import { access, chmod, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { known, type Learned, unknown } from "../../model/learned.ts";

/** kubectl looks for this name on PATH (kubectl 1.26 and newer). */
const NAME = "kubectl_complete-netdoctor";
const PLUGIN = "kubectl-netdoctor";

export interface Shim {
  readonly file: string;
  readonly text: string;
}

/** The two lines that kubectl runs for completion. */
export function completionShim(platform: string): Shim {
  return platform === "win32"
    ? { file: `${NAME}.cmd`, text: `@echo off\r\n${PLUGIN} __complete %*\r\n` }
    : { file: NAME, text: `#!/bin/sh\nexec ${PLUGIN} __complete "$@"\n` };
}

/** Where a run of the installer may put the shim, and what is on PATH. */
export interface InstallOptions {
  /** Null = choose one. */
  readonly directory: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
}
export interface Installed {
  readonly path: string;
  /** kubectl finds it there. */
  readonly onPath: boolean;
}

/**
 * Writes the shim beside kubectl-netdoctor, else into the first writable directory of PATH under the home directory. A file of
 * that name which is not ours is left alone. Unknown with the reason where nothing could be written.
 */
export async function installCompletion({ directory, env, platform }: InstallOptions): Promise<Learned<Installed>> {
  const path = (env.PATH ?? "").split(delimiter).filter((each) => each !== "");
  const target = directory ?? (await chosen(path, env.HOME ?? env.USERPROFILE ?? ""));
  if (target === null) return unknown("failed", "no directory on PATH can be written");
  const { file, text } = completionShim(platform);
  const full = join(target, file);
  const there = await readFile(full, "utf8").catch(() => null);
  if (there !== null && !there.includes(`${PLUGIN} __complete`))
    return unknown("failed", `${full} is there already and is not netdoctor's`);
  try {
    await writeFile(full, text);
    await chmod(full, 0o755);
  } catch (cause) {
    return unknown("failed", `cannot write ${full}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  return known({ path: full, onPath: path.includes(target) });
}

async function chosen(path: readonly string[], home: string): Promise<string | null> {
  for (const each of path) if ((await has(join(each, PLUGIN))) && (await canWrite(each))) return each;
  for (const each of path) if (home !== "" && each.startsWith(home) && (await canWrite(each))) return each;
  return null;
}

const has = (file: string): Promise<boolean> => may(file, constants.X_OK);
const canWrite = (directory: string): Promise<boolean> => may(directory, constants.W_OK);
const may = (file: string, mode: number): Promise<boolean> =>
  access(file, mode).then(
    () => true,
    () => false,
  );
