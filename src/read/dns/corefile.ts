import type { Corefile, CorefilePlugin, CorefileServer } from "../../model/dns.ts";
import { known, type Learned, type Unknown, unknown } from "../../model/learned.ts";
import { type Block, readBlocks } from "./corefile-blocks.ts";
import { tokenize } from "./corefile-tokens.ts";
import { readZone } from "./corefile-zone.ts";

/** Snippets may import snippets; a ring of them would not end. */
const DEEPEST_IMPORT = 8;
/** What all imports together may grow to: ten snippets that each import the next one twice are a thousand. */
const MOST_PLUGINS = 10_000;

/**
 * Reads a Corefile; unknown("unparsable") with line and reason where CoreDNS would refuse it. Values of {$NAME} are taken from `env`;
 * one that is not given stays as it is written. Snippets are put where they are imported; an imported file stays as a plugin
 * named "import", at the top level in a server without zones: what it holds is not known.
 */
export function readCorefile(text: string, env: ReadonlyMap<string, string> = new Map()): Learned<Corefile> {
  const { tokens, unterminated } = tokenize(text);
  const words = tokens.map((token) => ({ ...token, text: withEnvironment(token.text, env) }));
  const blocks = readBlocks(words);
  if (!blocks.known) return unterminated === null ? blocks : refused(unterminated, "a quote is opened and not closed");
  return assemble(blocks.value);
}

/** {$NAME}, and {%NAME%} as Windows writes it (coredns/caddy caddyfile/parse.go, replaceEnvVars). */
function withEnvironment(word: string, env: ReadonlyMap<string, string>): string {
  return word.replace(/\{\$([^{}$]+)\}|\{%([^{}%]+)%\}/g, (whole, unix?: string, windows?: string) => {
    return env.get(unix ?? windows ?? "") ?? whole;
  });
}

function assemble(blocks: readonly Block[]): Learned<Corefile> {
  const snippets = new Map<string, readonly CorefilePlugin[]>();
  const servers: CorefileServer[] = [];
  const imports = new Imports(snippets);
  for (const block of blocks) {
    const [first = "", ...others] = block.keys;
    if (first === "import" && block.plugins.length === 0) {
      servers.push({ zones: [], plugins: [{ name: "import", args: others, block: [], line: block.line }] });
      continue;
    }
    // A lone closing brace at the end is a server without zones and plugins to CoreDNS.
    if (first === "}" && block.plugins.length === 0) continue;
    const plugins = imports.expand(block.plugins, 0);
    if (imports.error !== null) return imports.error;
    const snippet = others.length === 0 ? /^\((.+)\)$/.exec(first)?.[1] : undefined;
    if (snippet !== undefined && snippets.has(snippet)) {
      return refused(block.line, `the snippet (${snippet}) is defined twice`);
    }
    if (snippet !== undefined) snippets.set(snippet, plugins);
    else {
      const server = serverOf(block, plugins);
      if (!server.known) return server;
      servers.push(server.value);
    }
  }
  return known({ servers });
}

function serverOf(block: Block, plugins: readonly CorefilePlugin[]): Learned<CorefileServer> {
  if (block.keys[0] === "}") return refused(block.line, "a brace is closed that was not opened");
  const zones = block.keys.map(readZone);
  const bad = zones.indexOf(null);
  if (bad !== -1) return refused(block.line, `"${block.keys[bad] ?? ""}" is no zone`);
  return known({ zones: zones.filter((zone) => zone !== null), plugins });
}

/** Puts snippets where they are imported. */
class Imports {
  error: Unknown | null = null;
  #plugins = 0;
  readonly #snippets: ReadonlyMap<string, readonly CorefilePlugin[]>;

  constructor(snippets: ReadonlyMap<string, readonly CorefilePlugin[]>) {
    this.#snippets = snippets;
  }

  expand(plugins: readonly CorefilePlugin[], depth: number): readonly CorefilePlugin[] {
    return plugins.flatMap((plugin) => this.#expandOne(plugin, depth));
  }

  #expandOne(plugin: CorefilePlugin, depth: number): readonly CorefilePlugin[] {
    if (this.error !== null) return [];
    this.#plugins += 1;
    if (depth > DEEPEST_IMPORT || this.#plugins > MOST_PLUGINS) {
      this.error = refused(plugin.line, "imports are nested too deep");
      return [];
    }
    if (plugin.name !== "import") return [{ ...plugin, block: this.expand(plugin.block, depth + 1) }];
    const [name = ""] = plugin.args;
    const snippet = this.#snippets.get(name);
    if (snippet !== undefined) return this.expand(snippet, depth + 1);
    if (name === "") this.error = refused(plugin.line, "import names no file or snippet");
    return name === "" ? [] : [plugin];
  }
}

function refused(line: number, why: string): Unknown {
  return unknown("unparsable", `line ${line}: ${why}`);
}
