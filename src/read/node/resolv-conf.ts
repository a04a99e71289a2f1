import { known, type Learned } from "../../model/learned.ts";
import type { ResolvConf } from "../../model/node.ts";

/** glibc, resolv.h: RES_MAXNDOTS. */
const MAX_NDOTS = 15;

/**
 * resolv.conf(5) as glibc reads it (resolv/res_init.c): a keyword counts only at the start of a line and before a blank, comments only there;
 * the last `search` or `domain` wins; options add up. Every nameserver is kept, as written, in order: glibc uses the first three and skips
 * what is no address. Any text is a resolv.conf.
 */
export function parseResolvConf(text: string): Learned<ResolvConf> {
  const nameservers: string[] = [];
  const options: string[] = [];
  let search: readonly string[] = [];
  for (const line of text.split("\n")) {
    const [, keyword, rest = ""] = /^(nameserver|search|domain|options)[ \t](.*)$/s.exec(line) ?? [];
    const words = rest.split(/[ \t]+/).filter((word) => word !== "");
    if (keyword === undefined || words.length === 0) continue;
    if (keyword === "nameserver") nameservers.push(...words.slice(0, 1));
    else if (keyword === "options") options.push(...words);
    else search = keyword === "domain" ? words.slice(0, 1) : words;
  }
  return known({ nameservers, search, ndots: readNdots(options), options });
}

function readNdots(options: readonly string[]): number {
  const last = options.findLast((option) => option.startsWith("ndots:"));
  const dots = last === undefined ? 1 : Number.parseInt(last.slice("ndots:".length), 10);
  return Number.isNaN(dots) ? 0 : Math.min(Math.max(dots, 0), MAX_NDOTS);
}
