import type { Expectation, Fault } from "../faults/fault.ts";
import type { Result } from "../faults/recording.ts";

/** What of a report says how a fault was named; live, offline and replayed reports have it alike. */
export interface Said {
  readonly findings: readonly {
    readonly id: string;
    readonly severity: string;
    readonly confidence: string;
    readonly subject: { readonly kind: string; readonly namespace: string; readonly name: string };
  }[];
  readonly disagreements: readonly { readonly flow: string; readonly predicted: string; readonly observed: string }[];
}
type Finding = Said["findings"][number];

export interface Naming extends Pick<Result, "naming" | "said" | "problems"> {}

/** How one fault, or several at once, were named: each must be a root cause, and nothing else may be said beside them. */
export function judge(faults: readonly Fault[], report: Said): Naming {
  const found = report.findings.filter(({ severity }) => severity !== "info");
  const places = faults.map(({ expect }) => found.findIndex((finding) => names(finding, expect)));
  const naming = namingOf(places, found.length);
  const wanted = faults.map(({ expect }) => `${expect.id} ${subjectOf(expect)}`);
  const others = found.filter((finding) => !faults.some(({ expect }) => names(finding, expect)));
  return {
    naming,
    said: found.map((finding) => `${finding.id} ${subjectOf(finding.subject)} (${finding.confidence})`).join(", "),
    problems: [
      ...(naming === "named first" ? [] : [`${naming}: expected ${wanted.join(" and ")}`]),
      ...others.map(({ id, subject }) => `also says ${id} ${subjectOf(subject)}, which is wrong here`),
      ...report.disagreements.map(
        ({ flow, predicted, observed }) => `predicted ${predicted}, observed ${observed}: ${flow}`,
      ),
    ],
  };
}

function namingOf(places: readonly number[], found: number): Naming["naming"] {
  if (places.every((place) => place >= 0 && place < places.length)) return "named first";
  if (places.every((place) => place >= 0)) return "named, not first";
  return found > 0 ? "wrong first" : "silent";
}

function names(finding: Finding, expect: Expectation): boolean {
  return (
    finding.id === expect.id && finding.severity === expect.severity && subjectOf(finding.subject) === subjectOf(expect)
  );
}

function subjectOf(subject: { readonly kind: string; readonly namespace?: string; readonly name: string }): string {
  const { kind, namespace = "", name } = subject;
  return `${kind} ${namespace === "" ? "" : `${namespace}/`}${name}`;
}
