import { existsSync, readdirSync, readFileSync } from "node:fs";

/** Real configuration and command output with provenance; lies beside the repository and is never copied into it. */
const ROOT = new URL("../../../../shared/corpus/", import.meta.url);

export const corpusIsAbsent = !existsSync(ROOT);
export const ABSENT = "../shared/corpus is absent";

/** File name → text, of one folder of the corpus. */
export function corpusFiles(folder: string): ReadonlyMap<string, string> {
  const directory = new URL(`${folder}/`, ROOT);
  return new Map(readdirSync(directory).map((name) => [name, readFileSync(new URL(name, directory), "utf8")]));
}

/** File name → what the manifest expects of it, as "key=value" parts. */
export function expectedAnswers(folder: string): ReadonlyMap<string, readonly string[]> {
  const rows = readFileSync(new URL("MANIFEST.tsv", ROOT), "utf8")
    .split("\n")
    .map((line) => line.split("\t"));
  return new Map(
    rows
      .filter(([path]) => path?.startsWith(`${folder}/`))
      .map(([path = "", ...rest]) => [
        path.slice(folder.length + 1),
        (rest.at(-1) ?? "")
          .split(" | ")[0]
          ?.split(";")
          .map((part) => part.trim()) ?? [],
      ]),
  );
}
