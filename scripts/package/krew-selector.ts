/** Label selectors over {os, arch}, as Krew uses them to find the platform to install. */

/** Kubernetes' LabelSelector. */
export interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>> | undefined;
  readonly matchExpressions?: readonly Expression[] | undefined;
}
interface Expression {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

/** The pairs that Krew knows (cmd/validate-krew-manifest, allPlatforms). */
export const krewPairs: readonly { readonly os: string; readonly arch: string }[] = [
  ["windows", "386", "amd64", "arm64"],
  ["linux", "386", "amd64", "arm", "arm64", "ppc64le"],
  ["darwin", "386", "amd64", "arm64"],
].flatMap(([os = "", ...archs]) => archs.map((arch) => ({ os, arch })));

/** Whether it matches a pair; without an architecture, whether it matches any of the system's. */
export function selects(selector: Selector, os: string, arch?: string): boolean {
  return krewPairs.some(
    (pair) => pair.os === os && (arch === undefined || pair.arch === arch) && matches(selector, { ...pair }),
  );
}

export function selectorFaults(selector: Selector | undefined): readonly string[] {
  if (selector === undefined) return ["there is no selector"];
  const { matchLabels, matchExpressions } = selector;
  const keys = [...Object.keys(matchLabels ?? {}), ...(matchExpressions ?? []).map(({ key }) => key)];
  const unknown = keys.filter((key) => key !== "os" && key !== "arch");
  if (unknown.length > 0) return [`the selector asks for ${unknown.join(", ")}; only os and arch exist`];
  if (keys.length === 0) return ["the selector is empty"];
  if (matchLabels !== undefined && Object.keys(matchLabels).length === 0) return ["matchLabels is there and empty"];
  if (matchExpressions?.length === 0) return ["matchExpressions is there and empty"];
  return krewPairs.some((pair) => matches(selector, { ...pair })) ? [] : ["the selector matches no platform of Krew"];
}

function matches({ matchLabels, matchExpressions }: Selector, labels: Readonly<Record<string, string>>): boolean {
  return (
    Object.entries(matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
    (matchExpressions ?? []).every(({ key, operator, values }) => {
      const isIn = values.includes(labels[key] ?? "");
      if (operator === "In") return isIn;
      if (operator === "NotIn") return !isIn;
      return operator === "Exists" ? key in labels : operator === "DoesNotExist" && !(key in labels);
    })
  );
}
