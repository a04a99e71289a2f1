/** One word of a Corefile. `quoted` words are never braces or comments. */
export interface Token {
  readonly text: string;
  readonly line: number;
  readonly quoted: boolean;
}
export interface Tokens {
  readonly tokens: readonly Token[];
  /** Null, or the line of a quote that is never closed: it holds the rest of the file. */
  readonly unterminated: number | null;
}

interface Scan {
  readonly text: string;
  at: number;
  line: number;
}

/**
 * Splits a Corefile into words as coredns/caddy caddyfile/lexer.go does: words end at white space, "#" at the start of a word opens
 * a comment, double quotes hold white space and newlines, a backslash in quotes escapes a quote only.
 */
export function tokenize(text: string): Tokens {
  const scan: Scan = { text, at: text.startsWith("\uFEFF") ? 1 : 0, line: 1 };
  const tokens: Token[] = [];
  for (;;) {
    skipBlank(scan);
    const start = scan.line;
    const character = scan.text[scan.at];
    if (character === undefined) return { tokens, unterminated: null };
    if (character === "#") {
      skipLine(scan);
      continue;
    }
    const quoted = character === '"';
    const { word, closed } = quoted ? quotedWord(scan) : { word: plainWord(scan), closed: true };
    tokens.push({ text: word, line: start, quoted });
    if (!closed) return { tokens, unterminated: start };
  }
}

function skipBlank(scan: Scan): void {
  for (let character = scan.text[scan.at]; character !== undefined && /\s/.test(character); ) {
    if (character === "\n") scan.line += 1;
    scan.at += 1;
    character = scan.text[scan.at];
  }
}

function skipLine(scan: Scan): void {
  const end = scan.text.indexOf("\n", scan.at);
  scan.at = end === -1 ? scan.text.length : end;
}

function plainWord(scan: Scan): string {
  const start = scan.at;
  while (scan.at < scan.text.length && !/\s/.test(scan.text[scan.at] ?? " ")) scan.at += 1;
  return scan.text.slice(start, scan.at);
}

function quotedWord(scan: Scan): { readonly word: string; readonly closed: boolean } {
  let word = "";
  for (scan.at += 1; scan.at < scan.text.length; scan.at += 1) {
    const character = scan.text[scan.at] ?? "";
    if (character === "\\" && scan.text[scan.at + 1] === '"') {
      word += '"';
      scan.at += 1;
      continue;
    }
    if (character === '"') {
      scan.at += 1;
      return { word, closed: true };
    }
    if (character === "\n") scan.line += 1;
    word += character;
  }
  return { word, closed: false };
}
