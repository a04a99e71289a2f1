import type { Severity } from "../model/finding.ts";
import { findingKey } from "../model/finding.ts";
import type { Incomplete, Report, ReportedFinding } from "../model/report.ts";
import { plainLines, sentence } from "./plain-finding.ts";
import { escapeInDocument, visible } from "./sanitize.ts";
import type { Surface } from "./surface.ts";

/** SARIF 2.1.0 (OASIS): a rule for each kind of finding, a result for each finding, a notification for what could not be looked at. */
export function renderSarif(report: Report, surface: Surface): string {
  const ids = [...new Set(report.findings.map(({ id }) => id))];
  const run = {
    tool: {
      driver: {
        name: "kubectl-netdoctor",
        ...(surface.version === undefined ? {} : { version: surface.version }),
        rules: ids.map((id) => rule(id, report)),
      },
    },
    automationDetails: { id: "netdoctor/check/" },
    invocations: [
      {
        executionSuccessful: true,
        ...(report.cluster.takenAt === undefined ? {} : { startTimeUtc: report.cluster.takenAt }),
        toolExecutionNotifications: report.incomplete.map(notification),
      },
    ],
    columnKind: "unicodeCodePoints",
    results: report.findings.map((finding) => result(finding, ids.indexOf(finding.id), report)),
  };
  const log = { version: "2.1.0", runs: [run] };
  return escapeInDocument(`${JSON.stringify(log, null, 2)}\n`);
}

const LEVEL: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "note" };

function rule(id: string, { findings }: Report): object {
  const first = findings.find((finding) => finding.id === id);
  return {
    id,
    name: pascal(id),
    shortDescription: { text: id.replaceAll("-", " ") },
    ...(first === undefined || first.why === "" ? {} : { fullDescription: { text: visible(first.why) } }),
    help: { text: `The runbook: kubectl netdoctor explain ${id}` },
    defaultConfiguration: { level: LEVEL[first?.severity ?? "warning"] },
  };
}

function result(finding: ReportedFinding, ruleIndex: number, report: Report): object {
  const { id, severity, confidence, subject, explains } = finding;
  return {
    ruleId: id,
    ruleIndex,
    level: LEVEL[severity],
    message: { text: plainLines(finding).join("\n") },
    locations: [
      {
        // Code scanning wants a file: this one names the object, as a path under the cluster.
        physicalLocation: { artifactLocation: { uri: objectPath(finding) } },
        logicalLocations: [
          {
            name: visible(subject.name),
            fullyQualifiedName: objectPath(finding),
            kind: "resource",
          },
        ],
      },
    ],
    partialFingerprints: { "findingKey/v1": visible(findingKey(id, subject)) },
    ...(report.baseline === undefined ? {} : { baselineState: finding.inBaseline === true ? "unchanged" : "new" }),
    properties: { confidence, summary: sentence(finding), explains: explains.map(visible) },
  };
}

/** "cluster/shop/Service/cart": a URI reference (RFC 3986), each part percent-encoded. */
function objectPath({ subject: { kind, namespace, name } }: ReportedFinding): string {
  return ["cluster", namespace, kind, name]
    .filter((part) => part !== "")
    .map((part) => encodeURIComponent(visible(part)))
    .join("/");
}

function notification({ what, reason, unlock }: Incomplete): object {
  return { level: "warning", message: { text: visible(`${what}: ${reason}${unlock === "" ? "" : ` -> ${unlock}`}`) } };
}

const pascal = (id: string): string => id.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
