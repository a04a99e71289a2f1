import { checks } from "../checks/registry.ts";
import { packetLostOnNode } from "../diagnose/packet-lost.ts";
import { trafficDeniedByPolicy } from "../diagnose/policed.ts";
import type { RootCause } from "../diagnose/root-causes.ts";
import { trafficFailingUnexplained } from "../diagnose/unexplained.ts";
import type { AnyFindingType } from "../model/check.ts";
import { findingKey, type Severity } from "../model/finding.ts";
import type { ReportedFinding } from "../model/report.ts";
import { shellQuote } from "../net/shell-quote.ts";

/** Every bad state this version can name, by id. The parameters of a finding were made by its own type, which is what the cast says. */
const findingTypes: ReadonlyMap<string, AnyFindingType> = new Map(
  [...checks.flatMap(({ raises }) => raises), packetLostOnNode, trafficDeniedByPolicy, trafficFailingUnexplained].map(
    (type) => [type.id, type as unknown as AnyFindingType],
  ),
);

const checkOf: ReadonlyMap<string, string> = new Map(
  checks.flatMap(({ id, raises }) => raises.map((type) => [type.id, id] as const)),
);

export const severityOf = (id: string): Severity => findingTypes.get(id)?.severity ?? "error";

/** A root cause in words; commands become shell lines with every word quoted. */
export function word({ finding, flows, symptoms }: RootCause): ReportedFinding {
  const type = findingTypes.get(finding.id);
  const { id, subject, params, confidence, evidence } = finding;
  const check = checkOf.get(id);
  return {
    id,
    severity: severityOf(id),
    confidence,
    ...(check === undefined ? {} : { check }),
    subject,
    message: type?.what(params, subject) ?? id,
    why: type?.why(params, subject) ?? "",
    params,
    evidence,
    explains: [...flows, ...symptoms.map((symptom) => findingKey(symptom.id, symptom.subject))],
    next: (type?.next(params, subject) ?? []).map(({ run, effect, onNode }) => ({
      run: shellQuote(run),
      effect,
      onNode,
    })),
  };
}
