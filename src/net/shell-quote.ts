/**
 * One line for a POSIX shell that runs exactly these words. Cluster data is quoted here and nowhere by hand. Characters
 * that a terminal would act on, newlines included, are written as escapes in $'…' (POSIX.1-2024 2.2.4), so that the line
 * stays one line and shows what it runs.
 */
export function shellQuote(words: readonly string[]): string {
  return words.map((word, index) => quoteWord(word, index === 0)).join(" ");
}

const PLAIN = /^[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+=:,./-]*$/;
// Control characters, and what is invisible or turns the direction of text (UAX #9).
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

function quoteWord(word: string, isCommand: boolean): string {
  // A first word with "=" would be a variable assignment.
  if (PLAIN.test(word) && !(isCommand && word.includes("="))) return word;
  if (UNSAFE.test(word)) return `$'${[...word].map(escapeCharacter).join("")}'`;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function escapeCharacter(character: string): string {
  if (character === "'" || character === "\\") return `\\${character}`;
  if (!UNSAFE.test(character)) return character;
  // Three octal digits a byte: \x takes as many hexadecimal digits as follow in some shells.
  return [...new TextEncoder().encode(character)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
}
