import type { Choice } from "./context.ts";

/** What a chain can translate to: its own DNATs and those of the chains that it jumps to. */
export interface TranslationSource {
  readonly translations: (chain: string) => readonly string[];
  readonly jumps: (chain: string) => readonly string[];
}

const DEEPEST = 8;

/** The one address a chain translates to, "10.244.1.2:8080"; null if it has none or several: then it is no endpoint's chain. */
function onlyTranslation(source: TranslationSource, chain: string): string | null {
  const found = new Set<string>();
  collect(source, chain, found, new Set(), 0);
  const [only] = found;
  return found.size === 1 && only !== undefined ? only : null;
}

/** Every address that a chain may translate to. */
export function allTranslations(source: TranslationSource, chain: string): ReadonlySet<string> {
  const found = new Set<string>();
  collect(source, chain, found, new Set(), 0);
  return found;
}

/**
 * A rule that leads to one endpoint's chain is chosen at random by the kernel (`statistic`, `numgen`) or by affinity.
 * A walk chooses instead: true for its own endpoint, false for another; null where the chain is no endpoint's.
 */
export function chosen(source: TranslationSource, chain: string, choice: Choice | null): boolean | null {
  if (choice === null) return null;
  const only = onlyTranslation(source, chain);
  return only === null ? null : only === choice.endpoint;
}

function collect(source: TranslationSource, chain: string, found: Set<string>, seen: Set<string>, depth: number): void {
  if (seen.has(chain) || depth > DEEPEST) return;
  seen.add(chain);
  for (const address of source.translations(chain)) found.add(address);
  for (const next of source.jumps(chain)) collect(source, next, found, seen, depth + 1);
}
