import type { FlowResult } from "../model/flow.ts";
import type { Report, ReportedFinding } from "../model/report.ts";
import { count, type Detail } from "./wording.ts";

const NAMED = 3;

/**
 * The symptoms of a cause, one part each: "12 failed flows (8 pod-to-pod, 4 dns)", "deployment-not-ready on 2 objects", "and 5
 * other findings". An entry that is the id of a flow counts as one, all else is a finding's key ("id Kind namespace/name").
 */
export function explainedBy(group: readonly ReportedFinding[], report: Report, detail: Detail): readonly string[] {
  const entries = new Set(group.flatMap(({ explains }) => explains));
  const flows = new Map(report.flows.map((result) => [result.flow.id, result]));
  const failed = [...entries].flatMap((entry) => flows.get(entry) ?? []);
  const findings = byId([...entries].filter((entry) => !flows.has(entry)));
  const named = detail === "full" || findings.length <= NAMED + 1 ? findings : findings.slice(0, NAMED);
  const rest = findings.slice(named.length).reduce((sum, { objects }) => sum + objects.length, 0);
  return [
    ...(failed.length > 0 ? [`${count(failed.length, "failed flow")} (${purposes(failed)})`] : []),
    ...named.map(
      ({ id, objects }) => `${id} on ${objects.length === 1 ? objects.join("") : `${objects.length} objects`}`,
    ),
    ...(rest > 0 ? [`and ${count(rest, "other finding")}`] : []),
  ];
}

function byId(keys: readonly string[]): readonly { readonly id: string; readonly objects: readonly string[] }[] {
  const groups = new Map<string, string[]>();
  for (const key of keys) {
    const blank = key.indexOf(" ");
    const id = blank === -1 ? key : key.slice(0, blank);
    groups.set(id, [...(groups.get(id) ?? []), blank === -1 ? "the cluster" : key.slice(blank + 1)]);
  }
  return [...groups].map(([id, objects]) => ({ id, objects }));
}

function purposes(results: readonly FlowResult[]): string {
  const counts = new Map<string, number>();
  for (const { flow } of results) counts.set(flow.purpose, (counts.get(flow.purpose) ?? 0) + 1);
  if (counts.size === 1) return [...counts.keys()].join("");
  return [...counts].map(([purpose, number]) => `${number} ${purpose}`).join(", ");
}
