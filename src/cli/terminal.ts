import type { Writable } from "node:stream";

/** One of the two output streams, and what can be shown there. */
export interface Output {
  readonly stream: Writable;
  readonly isTerminal: boolean;
  /** Columns; a pipe has none, and gets the widest layout. */
  readonly width: number;
  readonly color: boolean;
  readonly unicode: boolean;
}
/** stdout is the report; all else goes to stderr. */
export interface Terminal {
  readonly stdout: Output;
  readonly stderr: Output;
}

export type Environment = Readonly<Record<string, string | undefined>>;
export type ColorChoice = "auto" | "always" | "never";
export interface Stream extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const PIPE_WIDTH = 120;
const DEFAULT_WIDTH = 80;

/** The terminal of this process. The only place that touches process.stdout and process.stderr. */
export function processTerminal(color: ColorChoice = "auto"): Terminal {
  const { stdout, stderr, env, platform } = process;
  return {
    stdout: describeOutput(stdout, env, platform, color),
    stderr: describeOutput(stderr, env, platform, color),
  };
}

export function describeOutput(stream: Stream, env: Environment, platform: string, color: ColorChoice): Output {
  const isTerminal = stream.isTTY === true;
  return {
    stream,
    isTerminal,
    width: widthOf(stream, env, isTerminal),
    color: hasColor(env, isTerminal, color),
    unicode: hasUnicode(env, platform),
  };
}

function widthOf(stream: Stream, env: Environment, isTerminal: boolean): number {
  const wished = Number(env.COLUMNS);
  if (Number.isInteger(wished) && wished > 0) return wished;
  if (!isTerminal) return PIPE_WIDTH;
  return stream.columns !== undefined && stream.columns > 0 ? stream.columns : DEFAULT_WIDTH;
}

/** The flag, then NO_COLOR (no-color.org: set and not empty), then FORCE_COLOR ("0" and "false" are a no), then the terminal. */
function hasColor(env: Environment, isTerminal: boolean, choice: ColorChoice): boolean {
  if (choice !== "auto") return choice === "always";
  if ((env.NO_COLOR ?? "") !== "") return false;
  const forced = env.FORCE_COLOR ?? "";
  if (forced !== "") return forced !== "0" && forced !== "false";
  return isTerminal && env.TERM !== "dumb";
}

/** POSIX: the first of LC_ALL, LC_CTYPE and LANG that is set and not empty names the character set. */
function hasUnicode(env: Environment, platform: string): boolean {
  if (platform === "win32") return env.WT_SESSION !== undefined || env.TERM_PROGRAM === "vscode";
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((value) => value !== undefined && value !== "");
  return /utf-?8/i.test(locale ?? "");
}

/**
 * Writes all of the text and resolves when the stream has taken it, so that a large report into a pipe is not cut off. A
 * reader that has gone away (`| head`) is no error.
 */
export function write(output: Output, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    output.stream.write(text, (error) => {
      if (error === null || error === undefined || isBrokenPipe(error)) resolve();
      else reject(error);
    });
  });
}

/** Keeps a reader that goes away from ending the process with an uncaught error; call once, at the start. */
export function ignoreBrokenPipes({ stdout, stderr }: Terminal): void {
  for (const { stream } of [stdout, stderr]) {
    stream.on("error", (error: Error) => {
      if (!isBrokenPipe(error)) throw error;
    });
  }
}

const QUIET_CODES: readonly unknown[] = ["EPIPE", "ERR_STREAM_DESTROYED"];
function isBrokenPipe(error: Error): boolean {
  return "code" in error && QUIET_CODES.includes(error.code);
}
