/** What may stand before a slash that starts a regular expression; after anything else the slash divides. */
const BEFORE_REGEXP = /(?:^|[([{,;:=!&|?+\-*%^~<>]|\b(?:return|case|typeof|in|of|do|else|void|delete|await|yield))\s*$/;

/**
 * TypeScript with comments, strings, templates and regular expressions blanked, line breaks kept: what is left is code. A scanner
 * of our own, as TypeScript 7 has no JavaScript API.
 */
export function codeOf(text: string): string {
  let code = "";
  let at = 0;
  const open: number[] = [];
  while (at < text.length) {
    const end = literalEnd(text, at, code, open);
    if (end === null) {
      const character = text[at] ?? "";
      if (character === "{") open.push((open.pop() ?? 0) + 1);
      if (character === "}") open.push((open.pop() ?? 0) - 1);
      code += character;
      at += 1;
    } else {
      code += text.slice(at, end).replace(/[^\n]/g, " ");
      at = end;
    }
  }
  return code;
}

/** The end of the comment or literal that starts here; null where code goes on. `open` counts braces, one number per template. */
function literalEnd(text: string, at: number, code: string, open: number[]): number | null {
  if (text.startsWith("//", at)) return indexAfter(text, at, /\n/g, 0);
  if (text.startsWith("/*", at)) return indexAfter(text, at + 2, /\*\//g, 2);
  const character = text[at];
  if (character === '"' || character === "'") return stringEnd(text, at + 1, character);
  if (character === "`") return templateEnd(text, at + 1, open);
  if (character === "}" && open.length > 1 && open.at(-1) === 0) {
    open.pop();
    return templateEnd(text, at + 1, open);
  }
  return character === "/" && BEFORE_REGEXP.test(code.slice(-40)) ? regexpEnd(text, at + 1) : null;
}

function indexAfter(text: string, from: number, what: RegExp, length: number): number {
  what.lastIndex = from;
  const found = what.exec(text);
  return found === null ? text.length : found.index + length;
}

function stringEnd(text: string, from: number, quote: string): number {
  let at = from;
  while (at < text.length && text[at] !== quote && text[at] !== "\n") at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

/** To the closing backtick, or to a `${`, after which code goes on until its brace closes. */
function templateEnd(text: string, from: number, open: number[]): number {
  let at = from;
  while (at < text.length && text[at] !== "`") {
    if (text.startsWith("${", at)) {
      if (open.length === 0) open.push(0);
      open.push(0);
      return at + 2;
    }
    at += text[at] === "\\" ? 2 : 1;
  }
  return at + 1;
}

function regexpEnd(text: string, from: number): number {
  let at = from;
  let inClass = false;
  while (at < text.length && text[at] !== "\n" && (inClass || text[at] !== "/")) {
    if (text[at] === "[") inClass = true;
    if (text[at] === "]") inClass = false;
    at += text[at] === "\\" ? 2 : 1;
  }
  return at + 1;
}
