import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Capture, Captures } from "../../../src/model/capture.ts";
import { known, type Learned } from "../../../src/model/learned.ts";

const CORPUS = fileURLToPath(new URL("../../../../shared/corpus/", import.meta.url));

/** The corpus of foreign files beside the repository; null, with a line on stdout, where it is absent. */
export function corpusFolder(name: string): string | null {
  const folder = `${CORPUS}${name}`;
  if (existsSync(folder)) return folder;
  process.stdout.write(`skipped: there is no corpus at ../shared/corpus/${name}\n`);
  return null;
}

export function capture(id: string, result: Learned<string>): readonly [string, Capture] {
  return [id, { id, command: "", takenAt: "2026-01-01T00:00:00Z", result }];
}

/** Captures of API resources by their plural: { nodes: [...] } is "api/nodes". Strings are node sections or texts, verbatim. */
export function captures(texts: Readonly<Record<string, unknown>>): Captures {
  return new Map(
    Object.entries(texts).map(([name, value]) => {
      const id = name.includes("/") && !name.startsWith("custom/") ? name : `api/${name}`;
      return capture(id, known(typeof value === "string" ? value : JSON.stringify(value)));
    }),
  );
}

/** The value of something that must be known. */
export function valueIn<T>(learned: Learned<T>): T {
  if (!learned.known) throw new Error(`unknown: ${learned.reason} ${learned.detail}`);
  return learned.value;
}
