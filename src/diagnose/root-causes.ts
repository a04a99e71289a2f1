import { type Finding, findingKey, type Severity } from "../model/finding.ts";
import { trafficFailingUnexplained } from "./unexplained.ts";

/** A finding that no other explains, with the findings folded under it. */
export interface RootCause {
  readonly finding: Finding;
  /** Flow ids it explains, those of its symptoms included. */
  readonly flows: readonly string[];
  readonly symptoms: readonly Finding[];
}

const severityRank: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

/**
 * Folds findings that another one names as its symptoms under it, and orders what is left: severity, then what is proven, then what
 * has a name of its own, then how many failed flows and findings it explains. One fault is one root cause; two faults stay two, even
 * where both explain one flow.
 */
export function rootCauses(
  findings: readonly Finding[],
  severityOf: (id: string) => Severity,
  failing: ReadonlySet<string>,
): readonly RootCause[] {
  // Two rules that drop on one Node are two findings of one key: only what is the same in every word is one.
  const unique = [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
  const keys = new Set(unique.map(keyOf));
  const parent = new Map<string, string>();
  for (const finding of unique) {
    for (const symptom of finding.explains) {
      const key = keyOf(finding);
      // Of two that explain each other the first stays the cause: a circle would hide both.
      if (keys.has(symptom) && !parent.has(symptom) && rootOf(parent, key) !== symptom) parent.set(symptom, key);
    }
  }
  const causes = unique
    .filter((finding) => !parent.has(keyOf(finding)))
    .map((finding): RootCause => {
      const key = keyOf(finding);
      const symptoms = unique.filter((other) => keyOf(other) !== key && rootOf(parent, keyOf(other)) === key);
      const flows = [finding, ...symptoms].flatMap(({ explains }) => explains).filter((id) => failing.has(id));
      return { finding, flows: [...new Set(flows)].sort(), symptoms };
    });
  return causes.sort((a, b) => compare(a, b, severityOf));
}

/** What is left over stands behind what has a name, however many flows it is. */
const isUnexplained = ({ id }: Finding): boolean => id === trafficFailingUnexplained.id;

const keyOf = (finding: Finding): string => findingKey(finding.id, finding.subject);

function rootOf(parent: ReadonlyMap<string, string>, key: string): string {
  let at = key;
  for (let next = parent.get(at); next !== undefined; next = parent.get(at)) at = next;
  return at;
}

function compare(a: RootCause, b: RootCause, severityOf: (id: string) => Severity): number {
  return (
    severityRank[severityOf(a.finding.id)] - severityRank[severityOf(b.finding.id)] ||
    Number(b.finding.confidence === "proven") - Number(a.finding.confidence === "proven") ||
    Number(isUnexplained(a.finding)) - Number(isUnexplained(b.finding)) ||
    b.flows.length + b.symptoms.length - (a.flows.length + a.symptoms.length) ||
    keyOf(a.finding).localeCompare(keyOf(b.finding))
  );
}
