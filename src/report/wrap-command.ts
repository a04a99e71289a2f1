import { textWidth } from "./screen.ts";

const CONTINUED = " \\";
const HANGING = 4;

/**
 * A shell line in lines of at most `width` columns that can be copied and pasted as they are: broken at blanks that part two
 * words, each line but the last ends in a backslash, and the following ones hang. A word that is too long stays whole.
 */
export function wrapCommand(command: string, width: number): readonly string[] {
  if (textWidth(command) <= width) return [command];
  const lines: string[] = [];
  let line = "";
  for (const word of shellWords(command)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && textWidth(longer) > width - CONTINUED.length) {
      lines.push(line + CONTINUED);
      line = " ".repeat(HANGING) + word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}

/** Parts at single blanks outside quotes (POSIX shell, section 2.2; $'…' as bash has it); what is quoted stays together. */
function shellWords(command: string): readonly string[] {
  const words: string[] = [];
  let word = "";
  let state: State = { quote: "", escaped: false };
  for (const character of command) {
    if (character === " " && state.quote === "" && !state.escaped) {
      words.push(word);
      word = "";
    } else {
      state = after(character, word, state);
      word += character;
    }
  }
  return [...words, word];
}

interface State {
  readonly quote: "" | '"' | "'" | "$'";
  readonly escaped: boolean;
}

function after(character: string, word: string, { quote, escaped }: State): State {
  if (escaped) return { quote, escaped: false };
  if (character === "\\") return { quote, escaped: quote !== "'" };
  if (quote !== "") return { quote: quote.endsWith(character) ? "" : quote, escaped };
  if (character === '"') return { quote: '"', escaped };
  if (character === "'") return { quote: word.endsWith("$") ? "$'" : "'", escaped };
  return { quote, escaped };
}
