/** What of resolv.conf(5) decides which names are asked for. */
export interface SearchSettings {
  readonly search: readonly string[];
  readonly ndots: number;
}

const MAX_NAME_LENGTH = 253;
/** RES_MAXNDOTS of glibc: a larger value is read as this one. */
const MAX_NDOTS = 15;

/**
 * The names that a resolver asks for, in order, until one answers; each ends in a dot. A name with at least `ndots` dots is
 * asked as it is first, any other last; one that ends in a dot is asked as it is, only. glibc goes on with the search list
 * after a failed first try (resolv/res_query.c, __res_context_search); musl does not (src/network/lookup_name.c).
 * A name that would be longer than 253 characters cannot be sent (RFC 1035 2.3.4) and is left out.
 */
export function queryNames(
  name: string,
  settings: SearchSettings,
  resolver: "glibc" | "musl" = "glibc",
): readonly string[] {
  const bare = withoutTrailingDot(name);
  if (bare === "") return [];
  if (name.endsWith(".")) return fitting([bare]);
  const dots = bare.split(".").length - 1;
  const asItIsFirst = dots >= Math.min(Math.max(settings.ndots, 0), MAX_NDOTS);
  if (asItIsFirst && resolver === "musl") return fitting([bare]);
  const searched = settings.search.map((domain) => joined(bare, domain));
  if (asItIsFirst) return fitting([bare, ...searched]);
  // A search list that holds the root has asked for the name as it is, and it is not asked for again.
  return fitting(searched.includes(bare) ? searched : [...searched, bare]);
}

/**
 * How many queries leave the Pod for one getaddrinfo(3) of the name when only `answeredAs` has an answer (null: none has):
 * one for A and one for AAAA of every name tried, or one each with a single family.
 */
export function queriesUntilAnswer(
  name: string,
  settings: SearchSettings,
  answeredAs: string | null,
  families: 1 | 2 = 2,
): number {
  const names = queryNames(name, settings);
  const index = answeredAs === null ? -1 : names.indexOf(`${withoutTrailingDot(answeredAs)}.`);
  return families * (index === -1 ? names.length : index + 1);
}

/** A host name by RFC 1123 2.1: labels of letters, digits and inner hyphens, 1 to 63 each; a trailing dot is allowed. */
export function isHostName(name: string): boolean {
  const bare = withoutTrailingDot(name);
  if (bare.length > MAX_NAME_LENGTH) return false;
  return bare.split(".").every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(label));
}

function joined(name: string, domain: string): string {
  const suffix = withoutTrailingDot(domain.startsWith(".") ? domain.slice(1) : domain);
  return suffix === "" ? name : `${name}.${suffix}`;
}

function fitting(names: readonly string[]): readonly string[] {
  return names.filter((name) => name.length <= MAX_NAME_LENGTH).map((name) => `${name}.`);
}

function withoutTrailingDot(name: string): string {
  return name.endsWith(".") ? name.slice(0, -1) : name;
}
