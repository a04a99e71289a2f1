import { constants } from "node:fs";
import { access, stat, writeFile } from "node:fs/promises";
import { dirname, extname } from "node:path";
import * as Flags from "@oclif/core/flags";
import { nearestWord } from "../net/edit-distance.ts";
import { AccessError, UsageError } from "./errors.ts";
import { type Format, formats, isFormat } from "./renderings.ts";

/** Where a report goes, and in which form. */
export const outputFlags = {
  output: Flags.string({
    char: "o",
    description: `${formats.join(", ")}; FORMAT=FILE writes that form to a file as well; may be repeated (default: table)`,
    multiple: true,
    multipleNonGreedy: true,
    helpValue: "FORMAT[=FILE]",
  }),
  "output-file": Flags.string({
    char: "O",
    description: "write the report there and not to stdout; without -o, the name's ending says the form",
    helpValue: "FILE",
  }),
} as const;

export interface OutputFlagValues {
  readonly output?: readonly string[] | undefined;
  readonly "output-file"?: string | undefined;
}
/** One form of the report; `file` null = stdout. */
export interface Output {
  readonly format: Format;
  readonly file: string | null;
}

const ENDINGS: Readonly<Record<string, Format>> = {
  ".json": "json",
  ".yaml": "yaml",
  ".yml": "yaml",
  ".xml": "junit",
  ".sarif": "sarif",
  ".md": "markdown",
  ".html": "html",
  ".htm": "html",
};

/** `-o junit=report.xml` adds a file; `-o json` is what stdout, or --output-file, gets; the table where nothing else is said. Throws UsageError. */
export function plannedOutputs(flags: OutputFlagValues): readonly Output[] {
  const given = (flags.output ?? []).map(outputOf);
  const files = given.filter(({ file }) => file !== null);
  const plain = given.filter(({ file }) => file === null);
  const [main, second] = plain;
  if (second !== undefined)
    throw new UsageError(
      `expected one form for stdout, got \`-o ${main?.format} -o ${second.format}\`; -o ${second.format}=FILE writes a file`,
    );
  const target = flags["output-file"];
  if (target === "") throw new UsageError("expected `--output-file` to be the name of a file");
  const format = main?.format ?? (target === undefined ? "table" : (ENDINGS[extname(target).toLowerCase()] ?? "table"));
  return [{ format, file: target === undefined || target === "-" ? null : target }, ...files];
}

function outputOf(text: string): Output {
  const at = text.indexOf("=");
  const format = at === -1 ? text : text.slice(0, at);
  const file = at === -1 ? null : text.slice(at + 1);
  if (!isFormat(format)) {
    const near = nearestWord(format, formats);
    const hint = near === null ? `one of ${formats.join(", ")}` : `a form of the report; did you mean \`${near}\``;
    throw new UsageError(`expected \`-o\` to be ${hint}, got \`${format}\``);
  }
  if (file === "") throw new UsageError(`expected \`-o ${format}=FILE\` to name a file`);
  return { format, file };
}

/** Before a run of minutes: files that cannot be written at its end. Throws AccessError. */
export async function ensureWritable(files: readonly string[]): Promise<void> {
  for (const file of files) {
    try {
      if (await isDirectory(file)) throw new Error("it is a directory");
      await access(dirname(file), constants.W_OK);
    } catch (cause) {
      throw unwritable(file, cause);
    }
  }
}

async function isDirectory(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isDirectory();
  } catch {
    return false;
  }
}

/** Throws AccessError. */
export async function writeOutputFile(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (cause) {
    throw unwritable(file, cause);
  }
}

function unwritable(file: string, cause: unknown): AccessError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AccessError(`cannot write ${file}: ${reason}`, "name another file, or make its folder first");
}
