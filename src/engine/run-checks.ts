import type { AnyCheck, CheckOutcome, Missing } from "../model/check.ts";
import type { Facts, Snapshot } from "../model/facts.ts";
import type { Finding } from "../model/finding.ts";

export interface Examined {
  readonly outcomes: readonly CheckOutcome[];
  readonly findings: readonly Finding[];
}

/** Runs every check whose facts are known; the others are unknown with what is missing. A check that throws is reported, never dropped. */
export function runChecks(checks: readonly AnyCheck[], snapshot: Snapshot): Examined {
  const answers = checks.map((check) => ({ check, ...runCheck(check, snapshot) }));
  return { outcomes: answers.map(({ outcome }) => outcome), findings: answers.flatMap(({ findings }) => findings) };
}

function runCheck(
  check: AnyCheck,
  snapshot: Snapshot,
): { readonly outcome: CheckOutcome; readonly findings: readonly Finding[] } {
  const base = { id: check.id, question: check.question };
  const missing = check.needs.flatMap((fact): Missing[] => {
    const learned = snapshot[fact];
    return learned.known ? [] : [{ fact, reason: learned.reason, detail: learned.detail }];
  });
  if (missing.length > 0)
    return { outcome: { ...base, status: "unknown", examined: 0, missing, error: null }, findings: [] };
  try {
    const { examined, findings, missing: parts = [] } = check.run(knownFacts(snapshot));
    const status = findings.length > 0 ? "found" : examined > 0 ? "clean" : parts.length > 0 ? "unknown" : "empty";
    return { outcome: { ...base, status, examined, missing: parts, error: null }, findings };
  } catch (cause) {
    return {
      outcome: {
        ...base,
        status: "crashed",
        examined: 0,
        missing: [],
        error: cause instanceof Error ? cause.message : String(cause),
      },
      findings: [],
    };
  }
}

/** The check declares what it needs and all of that is known here; its type keeps it from reading the rest. */
function knownFacts(snapshot: Snapshot): Facts {
  return Object.fromEntries(
    Object.entries(snapshot).flatMap(([key, learned]) => (learned.known ? [[key, learned.value]] : [])),
  ) as unknown as Facts;
}
