import type { FlowResult } from "../model/flow.ts";
import type { Report } from "../model/report.ts";
import { titledTable } from "./columns.ts";
import { flowEndName, flowTarget, isFailed, observedText, predictedText } from "./flow-text.ts";
import { page } from "./page.ts";
import type { Line, Terminal } from "./screen.ts";
import { reasonWords } from "./wording.ts";

/** Everything the report holds in a form to be read: all evidence with its captures, failed flows, every check, every good state. */
export function renderWide(report: Report, terminal: Terminal): string {
  const body = [...flowTable(report, terminal), ...disagreements(report, terminal), ...checkTable(report, terminal)];
  return page(report, terminal, "full", body.slice(1));
}

function flowTable(report: Report, terminal: Terminal): readonly Line[] {
  const failed = report.flows.filter(isFailed);
  if (failed.length === 0) return [];
  const rows = failed.map((result: FlowResult) => [
    flowEndName(result.flow.from),
    flowTarget(result.flow),
    result.flow.purpose,
    predictedText(result),
    observedText(result),
  ]);
  return titledTable(
    `failed flows (${failed.length} of ${report.flows.length})`,
    ["FROM", "TO", "PURPOSE", "PREDICTED", "OBSERVED"],
    rows,
    terminal,
  );
}

function checkTable(report: Report, terminal: Terminal): readonly Line[] {
  if (report.checks.length === 0) return [];
  const rows = report.checks.map(({ id, status, examined, missing, error }) => [
    id,
    STATUS_WORDS[status],
    String(examined),
    error ??
      missing
        .map(({ fact, reason, detail }) => [fact, reasonWords(reason), detail].filter((part) => part !== "").join(", "))
        .join("; "),
  ]);
  return titledTable(`checks (${report.checks.length})`, ["CHECK", "ANSWER", "EXAMINED", "NOT KNOWN"], rows, terminal);
}

const STATUS_WORDS = {
  clean: "clean",
  found: "found",
  empty: "nothing there",
  unknown: "unknown",
  crashed: "crashed",
} as const;

function disagreements(report: Report, terminal: Terminal): readonly Line[] {
  if (report.disagreements.length === 0) return [];
  const rows = report.disagreements.map(({ flow, predicted, observed }) => [flow, predicted, observed]);
  const title = "predictions that a packet refuted (the model of netdoctor is wrong there, the cluster is not)";
  return titledTable(title, ["FLOW", "PREDICTED", "OBSERVED"], rows, terminal);
}
