import { known, type Learned, unknown } from "../../model/learned.ts";

export interface CniBinaries {
  readonly directory: string;
  readonly files: readonly { readonly name: string; readonly executable: boolean }[];
}

/** First line the directory, then `x NAME` (executable regular file) or `- NAME`. Never throws. */
export function parseCniBinaries(text: string): Learned<CniBinaries> {
  const [directory = "", ...lines] = text.split("\n");
  if (!directory.startsWith("/")) return unknown("unparsable", "the first line is no directory");
  const files: { name: string; executable: boolean }[] = [];
  for (const [index, line] of lines.entries()) {
    if (line === "") continue;
    const [, mark, name] = /^([x-]) (.+)$/s.exec(line) ?? [];
    if (name === undefined) return unknown("unparsable", `line ${index + 2}: expected "x NAME" or "- NAME"`);
    files.push({ name, executable: mark === "x" });
  }
  return known({ directory: directory.trim(), files });
}
