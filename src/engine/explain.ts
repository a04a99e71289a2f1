import { known, type Learned, unknown } from "../model/learned.ts";
import { pages } from "./pages.ts";

/** The page of a finding, or the list of all with their first lines; unknown with the nearest id for one that does not exist. */
export function explain(id: string | undefined): Learned<string> {
  const ids = Object.keys(pages).sort();
  if (id === undefined) return known(ids.join("\n"));
  const page = Object.hasOwn(pages, id) ? pages[id] : undefined;
  if (page !== undefined) return known(page);
  const near = ids
    .map((candidate) => ({ candidate, distance: editDistance(id, candidate) }))
    .sort((a, b) => a.distance - b.distance)[0];
  return unknown(
    "not-collected",
    `no finding is called \`${id}\`${near !== undefined && near.distance <= id.length / 2 ? `; did you mean \`${near.candidate}\`` : ""}`,
  );
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}
