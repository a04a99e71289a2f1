import { load } from "js-yaml";
import * as v from "valibot";
import { findingKey } from "../model/finding.ts";
import { known, type Learned, unknown } from "../model/learned.ts";
import type { Report } from "../model/report.ts";

const schema = v.object({
  apiVersion: v.literal("netdoctor/v1"),
  kind: v.literal("Report"),
  findings: v.array(
    v.object({
      id: v.string(),
      subject: v.object({ kind: v.string(), namespace: v.string(), name: v.string() }),
    }),
  ),
});

/** The keys of the findings of a report that was written with -o json or -o yaml; unknown for any other text. */
export function readBaseline(text: string): Learned<ReadonlySet<string>> {
  let document: unknown;
  try {
    document = load(text);
  } catch {
    return unknown("unparsable", "it is neither JSON nor YAML");
  }
  const parsed = v.safeParse(schema, document);
  if (!parsed.success) return unknown("unparsable", "it is no report of netdoctor/v1");
  return known(new Set(parsed.output.findings.map(({ id, subject }) => findingKey(id, subject))));
}

/** The report with each finding marked as known or new, and with what is gone. What a finding is about is its id and subject. */
export function compareWith(report: Report, baseline: ReadonlySet<string>): Report {
  const now = new Set(report.findings.map(({ id, subject }) => findingKey(id, subject)));
  const symptoms = new Set(report.findings.flatMap(({ explains }) => explains));
  return {
    ...report,
    findings: report.findings.map((finding) => ({
      ...finding,
      inBaseline: baseline.has(findingKey(finding.id, finding.subject)),
    })),
    // What is now the symptom of another finding is still there.
    baseline: { gone: [...baseline].filter((key) => !now.has(key) && !symptoms.has(key)).sort() },
  };
}

export interface Changes {
  readonly appeared: Report["findings"];
  readonly gone: Report["findings"];
}

/** What differs between two reports of one cluster, by id and subject. */
export function changesBetween(before: Report, after: Report): Changes {
  const keys = (report: Report) => new Set(report.findings.map(({ id, subject }) => findingKey(id, subject)));
  const [had, has] = [keys(before), keys(after)];
  return {
    appeared: after.findings.filter(({ id, subject }) => !had.has(findingKey(id, subject))),
    gone: before.findings.filter(({ id, subject }) => !has.has(findingKey(id, subject))),
  };
}
