/** Levenshtein's: characters to change, add or leave out until `a` is `b`. One row at a time; for names, not for texts. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...a].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...b].entries()) {
      const changed = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(changed, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** At most two letters wrong, missing or too many, and at least half of them right: `db` is no misspelt `ui`. Or two neighbours swapped. */
export function isMisspelt(a: string, b: string): boolean {
  const distance = editDistance(a, b);
  if (distance === 2 && a.length > 2 && isSwapped(a, b)) return true;
  return distance > 0 && distance <= 2 && distance * 2 <= Math.max(a.length, b.length);
}

function isSwapped(a: string, b: string): boolean {
  const at = [...a].findIndex((letter, index) => letter !== b[index]);
  const swapped = `${a.slice(0, at)}${a[at + 1] ?? ""}${a[at] ?? ""}${a.slice(at + 2)}`;
  return at !== -1 && swapped === b;
}

/** The word that was most likely meant: of the nearest ones the first, and null where more than half of its characters would have to change. */
export function nearestWord(word: string, words: readonly string[]): string | null {
  const nearest = words
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .sort((a, b) => a.distance - b.distance)[0];
  return nearest !== undefined && nearest.distance <= word.length / 2 ? nearest.candidate : null;
}
