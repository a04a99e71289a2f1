import type { CorefilePlugin } from "../../model/dns.ts";
import { known, type Learned, unknown } from "../../model/learned.ts";
import type { Token } from "./corefile-tokens.ts";

/** A block of the top level: its keys (zones, "(snippet)", or an import) and the directives in its braces. */
export interface Block {
  readonly keys: readonly string[];
  readonly plugins: readonly CorefilePlugin[];
  readonly line: number;
}

/** Braces deeper than any plugin has them. */
const DEEPEST = 32;

class Refused extends Error {}

/**
 * Groups words into blocks as coredns/caddy caddyfile/parse.go does: a directive ends with its line or
 * its braces. A file with one server may leave the outer braces out: its first line are the zones then.
 */
export function readBlocks(tokens: readonly Token[]): Learned<readonly Block[]> {
  const cursor = new Cursor(tokens);
  const blocks: Block[] = [];
  try {
    while (cursor.peek() !== null) blocks.push(readBlock(cursor));
    return known(blocks);
  } catch (error) {
    if (error instanceof Refused) return unknown("unparsable", error.message);
    throw error;
  }
}

class Cursor {
  #at = 0;
  readonly #tokens: readonly Token[];
  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }
  peek(): Token | null {
    return this.#tokens[this.#at] ?? null;
  }
  next(): Token | null {
    const token = this.peek();
    this.#at += 1;
    return token;
  }
  lastLine(): number {
    return this.#tokens.at(-1)?.line ?? 1;
  }
}

function readBlock(cursor: Cursor): Block {
  const line = cursor.peek()?.line ?? 1;
  const { keys, opens } = readKeys(cursor);
  if (keys[0] === "import" && !opens) return { keys, plugins: [], line };
  return { keys, plugins: readDirectives(cursor, { until: opens ? "brace" : "end", depth: 0, line }), line };
}

/** Keys go on over line ends after a comma, and end with a brace or, in a file with one server, with their line. */
function readKeys(cursor: Cursor): { readonly keys: readonly string[]; readonly opens: boolean } {
  const keys: string[] = [];
  let line = cursor.peek()?.line ?? 1;
  let goesOn = true;
  for (let token = cursor.peek(); token !== null && (goesOn || token.line === line); token = cursor.peek()) {
    if (isBrace(token, "{")) break;
    cursor.next();
    line = token.line;
    const attached = !token.quoted && token.text.length > 1 && token.text.endsWith("{");
    goesOn = token.text.endsWith(",");
    keys.push(...(attached ? token.text.slice(0, -1) : token.text).split(",").filter((key) => key !== ""));
    if (attached) return { keys, opens: true };
  }
  if (goesOn && keys.length > 0) throw new Refused(`line ${line}: a zone is missing after the comma`);
  const next = cursor.peek();
  if (next === null || !isBrace(next, "{") || keys[0] === "import") return { keys, opens: false };
  cursor.next();
  return { keys, opens: true };
}

interface Until {
  readonly until: "brace" | "end";
  readonly depth: number;
  readonly line: number;
}

function readDirectives(cursor: Cursor, { until, depth, line }: Until): readonly CorefilePlugin[] {
  if (depth > DEEPEST) throw new Refused(`line ${line}: braces are nested too deep`);
  const directives: CorefilePlugin[] = [];
  for (let token = cursor.next(); token !== null; token = cursor.next()) {
    if (isBrace(token, "}")) return directives;
    if (isBrace(token, "{")) throw new Refused(`line ${token.line}: a brace is opened without a directive before it`);
    directives.push(readDirective(token, cursor, depth));
  }
  if (until === "end") return directives;
  throw new Refused(`line ${cursor.lastLine()}: the brace opened in line ${line} is not closed`);
}

/** An opening brace belongs to the directive before it even from the next line. */
function readDirective(name: Token, cursor: Cursor, depth: number): CorefilePlugin {
  const args: string[] = [];
  for (let token = cursor.peek(); token !== null; token = cursor.peek()) {
    if (isBrace(token, "{")) {
      cursor.next();
      const block = readDirectives(cursor, { until: "brace", depth: depth + 1, line: token.line });
      return { name: name.text, args, block, line: name.line };
    }
    if (token.line !== name.line) break;
    if (isBrace(token, "}")) {
      if (depth > 0) break;
      throw new Refused(`line ${token.line}: a brace is closed that was not opened`);
    }
    cursor.next();
    args.push(token.text);
  }
  return { name: name.text, args, block: [], line: name.line };
}

function isBrace(token: Token, brace: "{" | "}"): boolean {
  return token.text === brace && !token.quoted;
}
