import { known, type Learned, unknown } from "../../model/learned.ts";

export interface CniListing {
  readonly directory: string;
  readonly files: readonly { readonly name: string; readonly size: number }[];
}

/** First line the directory, then `SIZE NAME` a file. Sorted by code unit, the order in which libcni takes the files. Never throws. */
export function parseCniListing(text: string): Learned<CniListing> {
  const [directory = "", ...lines] = text.split("\n");
  if (!directory.startsWith("/")) return unknown("unparsable", "the first line is no directory");
  const files: { name: string; size: number }[] = [];
  for (const [index, line] of lines.entries()) {
    if (line === "") continue;
    const [, size, name] = /^\s*(\d{1,15}) (.+)$/s.exec(line) ?? [];
    if (name === undefined) return unknown("unparsable", `line ${index + 2}: expected "SIZE NAME"`);
    files.push({ name, size: Number(size) });
  }
  files.sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
  return known({ directory: directory.trim(), files });
}
