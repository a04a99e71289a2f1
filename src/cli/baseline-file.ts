import { readFile } from "node:fs/promises";
import { readBaseline } from "../engine/baseline.ts";
import { AccessError } from "./errors.ts";

const HINT = "a baseline is the report of an earlier run: kubectl netdoctor check -o json > before.json";

/** The findings that a report file names. Throws AccessError. */
export async function baselineOf(file: string): Promise<ReadonlySet<string>> {
  const baseline = readBaseline(await textOf(file));
  if (!baseline.known) throw new AccessError(`${file} is not a baseline: ${baseline.detail}`, HINT);
  return baseline.value;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new AccessError(`cannot read ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, HINT);
  }
}
