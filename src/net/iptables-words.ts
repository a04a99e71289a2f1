const QUOTE = '"';
const BACKSLASH = "\\";
const BLANK = /[ \t]/;

/**
 * Splits a rule as iptables-restore does: words at blanks, double quotes around a word, a backslash inside quotes takes the next character
 * as it is (iptables, xshared.c, add_param_to_argv). A word that was quoted keeps its opening quote, which no other word begins with:
 * it is always a value (wordText), never an option. Null where a quote does not close.
 */
export function splitWords(line: string): readonly string[] | null {
  const words: string[] = [];
  const parts = line.includes(BACKSLASH) ? splitAtQuotes(line) : line.split(QUOTE);
  // Outside and inside of quotes take turns, beginning and ending outside.
  if (parts.length % 2 === 0) return null;
  for (const [index, part] of parts.entries()) {
    if (index % 2 === 1) words.push(QUOTE + part);
    else for (const word of part.split(BLANK)) if (word !== "") words.push(word);
  }
  return words;
}

/** What stands between the quotes, or the word itself. */
export function wordText(word: string): string {
  return word.startsWith(QUOTE) ? word.slice(1) : word;
}

function splitAtQuotes(line: string): readonly string[] {
  const parts: string[] = [];
  let inside = false;
  let part = "";
  for (let index = 0; index < line.length; index += 1) {
    const character = line.charAt(index);
    if (character === QUOTE) {
      parts.push(part);
      part = "";
      inside = !inside;
    } else if (character === BACKSLASH && inside) {
      index += 1;
      part += line.charAt(index);
    } else {
      part += character;
    }
  }
  parts.push(part);
  return parts;
}

/**
 * The options by which iptables deletes a rule that iptables-save prints: by what it says and not by its number, which is another rule's as
 * soon as one is added before it. Null where a quote does not close.
 */
export function deletion(table: string, chain: string, rule: string): readonly string[] | null {
  const words = splitWords(rule);
  return words === null ? null : ["-t", table, "-D", chain, ...words.map(wordText)];
}
