import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle } from "../../scripts/build.ts";
import { hostPlatform, nameOf } from "../../scripts/package/platforms.ts";
import { sha256 } from "../../scripts/package/release-files.ts";

/** One form in which the program ships. */
export interface Program {
  readonly name: string;
  readonly argv: readonly string[];
  /** Why it cannot be run here; null = it can. `npm run test:executable` builds all, and then none may be left out. */
  readonly absent: string | null;
}
export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const root = join(import.meta.dirname, "../..");
/** What `npm run package` writes. */
export const packaged = join(root, "dist/package");
const mustBeThere = process.env.NETDOCTOR_EXECUTABLES === "required";

/** A bundle of the sources as they are now; gone with this process. */
const fresh = mkdtempSync(join(tmpdir(), "netdoctor-bundle-"));
process.once("exit", () => rmSync(fresh, { recursive: true, force: true }));
export const metafile = await bundle(fresh);
const bundled = sha256(readFileSync(join(fresh, "cli.cjs")));

export const programs: readonly Program[] = [
  { name: "node dist/cli.cjs", argv: [process.execPath, join(fresh, "cli.cjs")], absent: null },
  compiled(nameOf(hostPlatform()), "the executable"),
  ...(nameOf(hostPlatform()) === "linux-amd64" ? [compiled("sea", "the fallback executable")] : []),
];

/** Fails where all were to be built, so that a skip cannot hide there. */
export function absence(reason: string | null): string | null {
  if (reason !== null && mustBeThere) throw new Error(reason);
  return reason;
}

function compiled(directory: string, what: string): Program {
  const [file, stamp] = ["kubectl-netdoctor", "bundle.sha256"].map((name) => join(packaged, directory, name));
  const argv = [file ?? ""];
  const name = `${what} (${directory})`;
  if (stamp === undefined || !existsSync(stamp)) return { name, argv, absent: absence(notBuilt(what)) };
  const isOfNow = readFileSync(stamp, "utf8").trim() === bundled;
  return { name, argv, absent: isOfNow ? null : absence(`${what} is of other sources: npm run test:executable`) };
}

export function notBuilt(what: string): string {
  return `${what} is not built: npm run test:executable`;
}

/** Runs a program to its end in a directory, with nothing of this machine's own configuration. */
export function runProgram(
  { argv: [command = "", ...first] }: Pick<Program, "argv">,
  argv: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const child = spawn(command, [...first, ...argv], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, LC_ALL: "C.UTF-8", COLUMNS: "120", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((settle, fail) => {
    child.on("error", fail);
    child.on("close", (exitCode) => settle({ exitCode, stdout, stderr }));
  });
}
