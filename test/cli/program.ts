import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { bundle } from "../../scripts/build.ts";
import { kubeconfigText, temporaryDirectory } from "../support/api-double/kubeconfig.ts";

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  /** Lines, the empty ones left out. */
  readonly stderr: readonly string[];
}
export interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

let built = "";

/** To be called once at the top of a test file that starts the program: bundles it as it is shipped, since sources take long to start. */
export function buildProgram(): void {
  const directory = temporaryDirectory();
  beforeAll(async () => {
    await bundle(directory.path);
    built = join(directory.path, "cli.cjs");
  }, 120_000);
  afterAll(() => directory.remove());
}
/** The file to start with node. */
export const programFile = (): string => built;

/** A folder of its own that the program finds as its home and current directory. */
export function home(): ReturnType<typeof temporaryDirectory> {
  const directory = temporaryDirectory();
  onTestFinished(() => directory.remove());
  return directory;
}

/** Starts the program, with nothing of this machine's own configuration. */
export function start(argv: readonly string[], cwd = home().path): Started {
  const child = spawn(process.execPath, [built, ...argv], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, LC_ALL: "C.UTF-8", COLUMNS: "80" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((settle, fail) => {
    child.on("error", fail);
    child.on("close", (exitCode) =>
      settle({ exitCode, stdout, stderr: stderr.split("\n").filter((line) => line !== "") }),
    );
  });
  return { process: child, ended };
}
export const run = (...argv: readonly string[]): Promise<Ended> => start(argv).ended;

/** Runs it against a server, as the user of a kubeconfig. */
export function startAgainst(server: string, ...argv: readonly string[]): Started {
  const directory = home();
  const kubeconfig = directory.write("config", kubeconfigText({ server }));
  return start([...argv, "--kubeconfig", kubeconfig], directory.path);
}

/** Nothing that only an author of the program could read. */
export const looksLikeAStack = (text: string): boolean =>
  /^\s+at .*[:(]|node:internal|\.ts:\d+|node_modules|\[object |undefined|TypeError|UnhandledPromise/m.test(text);
