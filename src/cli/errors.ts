import { AccessError as ClusterAccessError } from "../collect/api/access-error.ts";
import { exitCodes } from "../engine/exit-code.ts";
import { nearestWord } from "../net/edit-distance.ts";

/** The command line is wrong. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The cluster or the bundle cannot be reached or read. `unlock` says what would help; "" where nothing is known to. */
export class AccessError extends Error {
  override readonly name = "AccessError";
  readonly unlock: string;
  constructor(message: string, unlock = "") {
    super(message);
    this.unlock = unlock;
  }
}

/** The person pressed Ctrl-C, or the process was told to end. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
  /** What may be left in the cluster, in a line; "" where nothing is. */
  readonly left: string;
  constructor(left = "") {
    super("interrupted");
    this.left = left;
  }
}

export interface Ending {
  readonly exitCode: number;
  /** For stderr, safe to print. */
  readonly lines: readonly string[];
}
export interface ErrorContext {
  readonly version: string;
  readonly verbose: boolean;
}

/**
 * What a thrown thing means for the person and for the exit code. Whatever is not known to be the person's or the cluster's
 * is a bug of netdoctor: oclif would end with 1, which is the code for findings.
 */
export function endingOf(error: unknown, context: ErrorContext): Ending {
  if (error instanceof InterruptedError || nameOf(error) === "AbortError") return interrupted(error);
  if (error instanceof ClusterAccessError) {
    return {
      exitCode: exitCodes.noAccess,
      lines: [...shown(`error: ${error.message}`), ...shown(`  -> ${error.hint}`)],
    };
  }
  const asked = exitCodeOf(error);
  if (error instanceof UsageError || asked === exitCodes.usage) {
    return { exitCode: exitCodes.usage, lines: [...shown(`error: ${usageText(error)}`), "See --help."] };
  }
  if (error instanceof AccessError) {
    const unlock = error.unlock === "" ? [] : shown(`  -> ${error.unlock}`);
    return { exitCode: exitCodes.noAccess, lines: [...shown(`error: ${messageOf(error)}`), ...unlock] };
  }
  if (asked !== null) return { exitCode: asked, lines: asked === 0 ? [] : shown(`error: ${messageOf(error)}`) };
  return bug(error, context);
}

function interrupted(error: unknown): Ending {
  const left = error instanceof InterruptedError ? error.left : "";
  return { exitCode: exitCodes.interrupted, lines: ["interrupted", ...(left === "" ? [] : shown(left))] };
}

function bug(error: unknown, { version, verbose }: ErrorContext): Ending {
  const stack = error instanceof Error && error.stack !== undefined ? error.stack.split("\n") : [];
  const [first, ...rest] = shown(`netdoctor ${version} has a bug: ${messageOf(error)}`);
  return {
    exitCode: exitCodes.bug,
    lines: [
      first ?? "",
      ...rest,
      ...(verbose ? stack.flatMap((line) => shown(line)) : []),
      "This says nothing about the cluster. Please report it with these lines, the command line,",
      verbose
        ? "and, if you may share it, a bundle (kubectl netdoctor collect)."
        : "and the output of the same command with -v.",
    ],
  };
}

/** The code that an error of oclif asks for: 2 for all that its parser refuses, n for this.exit(n). Its classes lose their names when bundled. */
function exitCodeOf(error: unknown): number | null {
  if (!(error instanceof Error) || !("oclif" in error)) return null;
  const { oclif } = error;
  if (typeof oclif !== "object" || oclif === null || !("exit" in oclif)) return null;
  return typeof oclif.exit === "number" ? oclif.exit : null;
}

/** In one line; oclif ends its parser's messages with "See more help with --help". */
function usageText(error: unknown): string {
  const said = messageOf(error).replace(/\n?See more help with --help\s*$/, "");
  const [wrong] = listOfWords(error, "flags");
  if (wrong === undefined) return said.replace(/\s*\n\s*/g, " ");
  const near = nearestWord(wrong.replace(/^-+/, "").replace(/=.*$/s, ""), knownFlags(error));
  // A token may stand behind the "=".
  const name = wrong.replace(/=.*$/s, "");
  return `unknown flag \`${name}\`${near === null || !wrong.startsWith("--") ? "" : `; did you mean --${near}?`}`;
}

function listOfWords(error: unknown, property: string): readonly string[] {
  const value = member(error, property);
  return Array.isArray(value) ? value.filter((word) => typeof word === "string") : [];
}

/** oclif's errors carry what was parsed against what. */
function knownFlags(error: unknown): readonly string[] {
  const flags = member(member(member(error, "parse"), "input"), "flags");
  return typeof flags === "object" && flags !== null ? Object.keys(flags) : [];
}

function member(value: unknown, property: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).find(([name]) => name === property)?.[1];
}
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "");
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
/** Error texts may hold what a cluster sent: nothing in them acts on the terminal. */
const shown = (text: string): readonly string[] =>
  text.split("\n").map((line) => line.replaceAll("\t", "  ").replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\ufffd"));
