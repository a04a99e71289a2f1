// Control characters (terminal escapes, newlines), invisible and text-turning format characters (UAX #9), line and paragraph
// separators, lone surrogates: all that makes a terminal do something, or a line read as another.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\u001b": "\\e" };

/** Cluster data for a line of text: what a terminal would act on becomes a visible escape. Applying it twice changes nothing. */
export function visible(text: string): string {
  return text.replace(UNSAFE, (character) => SHORT[character] ?? `\\u{${codeOf(character)}}`);
}

const ASCII: Readonly<Record<string, string>> = {
  "·": "-",
  "–": "-",
  "—": "-",
  "→": "->",
  "←": "<-",
  "…": "...",
  "×": "x",
  "≥": ">=",
  "≤": "<=",
  "’": "'",
  "‘": "'",
  "“": '"',
  "”": '"',
};

/** The same for a terminal that shows ASCII only: known signs are spelt, the rest is escaped. */
export function visibleAscii(text: string): string {
  return visible(text).replace(/[^\x20-\x7e]/gu, (character) => ASCII[character] ?? `\\u{${codeOf(character)}}`);
}

/** Escapes the same characters in a JSON or double-quoted YAML document, where they can stand in strings only. */
export function escapeInDocument(document: string): string {
  return document.replace(UNSAFE, (character) => (character === "\n" ? character : unitsOf(character)));
}

/** True where a string holds a character that the functions above would escape. */
export function isUnsafe(text: string): boolean {
  return text.search(UNSAFE) !== -1;
}

function codeOf(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16);
}

function unitsOf(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`,
  ).join("");
}
