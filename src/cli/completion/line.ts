import type { ShownFlag } from "../help/flag-rows.ts";

/** The command line up to the word that is being completed. */
export interface TypedLine {
  /** Words that are neither flags nor their values. */
  readonly words: readonly string[];
  /** The values of flags, in the order in which they stand. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** What the word to complete is: a flag's name, its value, or a word. */
  readonly wants:
    | { readonly kind: "flag" }
    | { readonly kind: "value"; readonly flag: ShownFlag; readonly prefix: string }
    | { readonly kind: "word" };
  readonly word: string;
}

/** Reads what the shell gives: all words so far, the last one to be completed, "" where it has not begun. */
export function readLine(given: readonly string[], flags: readonly ShownFlag[]): TypedLine {
  const word = given.at(-1) ?? "";
  const before = given.slice(0, -1);
  const words: string[] = [];
  const values = new Map<string, readonly string[]>();
  let open: ShownFlag | null = null;
  let onlyWords = false;
  for (const each of before) {
    if (open !== null) {
      values.set(open.name, [...(values.get(open.name) ?? []), each]);
      open = null;
    } else if (onlyWords || !each.startsWith("-")) words.push(each);
    else if (each === "--") onlyWords = true;
    else open = noteFlag(each, flags, values);
  }
  return { words, values, wants: wanted(word, open, onlyWords, flags), word };
}

/** Remembers a flag and the value in its own word; returns it where the next word is its value. */
function noteFlag(word: string, flags: readonly ShownFlag[], values: Map<string, readonly string[]>): ShownFlag | null {
  const { flag, value } = flagOf(word, flags);
  if (flag === null) return null;
  if (value === null && flag.takesValue && !flag.value.startsWith("[")) return flag;
  values.set(flag.name, value === null ? [] : [...(values.get(flag.name) ?? []), value]);
  return null;
}

function wanted(
  word: string,
  open: ShownFlag | null,
  onlyWords: boolean,
  flags: readonly ShownFlag[],
): TypedLine["wants"] {
  if (open !== null) return { kind: "value", flag: open, prefix: "" };
  if (onlyWords || !word.startsWith("-")) return { kind: "word" };
  const { flag } = flagOf(word, flags);
  const at = word.indexOf("=");
  return flag !== null && at !== -1 ? { kind: "value", flag, prefix: word.slice(0, at + 1) } : { kind: "flag" };
}

/** "--output=json", "-ojson", "-o": the flag, and its value where it stands in the same word. */
function flagOf(
  word: string,
  flags: readonly ShownFlag[],
): { readonly flag: ShownFlag | null; readonly value: string | null } {
  if (word.startsWith("--")) {
    const at = word.indexOf("=");
    const name = word.slice(2, at === -1 ? undefined : at);
    return { flag: flags.find((flag) => flag.name === name) ?? null, value: at === -1 ? null : word.slice(at + 1) };
  }
  const flag = flags.find(({ char }) => char !== "" && char === word[1]) ?? null;
  const value = flag?.takesValue === true && word.length > 2 ? word.slice(2).replace(/^=/, "") : null;
  return { flag, value };
}
