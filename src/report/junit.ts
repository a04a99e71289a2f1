import type { CheckOutcome } from "../model/check.ts";
import type { Report, ReportedFinding } from "../model/report.ts";
import { markup, markupLine } from "./markup.ts";
import { plainLines, sentence } from "./plain-finding.ts";
import { counts, type Surface } from "./surface.ts";
import { list, reasonWords } from "./wording.ts";

interface Case {
  readonly suite: string;
  readonly name: string;
  readonly outcome: "passed" | "failure" | "error" | "skipped";
  /** Kind of failure: the finding's id. */
  readonly type: string;
  readonly message: string;
  readonly text: readonly string[];
}
const passed = { outcome: "passed", type: "", message: "", text: [] } as const;

/**
 * JUnit XML as CI systems read it (the xUnit plugin's junit-10.xsd): a suite for each area, a test for each check. A test fails
 * where --fail-on says so; findings below it stand in its output. What could not be looked at is skipped, with the reason.
 */
export function renderJunit(report: Report, surface: Surface): string {
  const cases = [
    ...report.checks.map((outcome) => checkCase(outcome, report, surface)),
    ...unexplainedCases(report, surface),
    ...report.incomplete.map(
      ({ what, reason, unlock }): Case => ({
        suite: "incomplete",
        name: what,
        outcome: "skipped",
        type: "",
        message: unlock === "" ? reason : `${reason}; ${unlock}`,
        text: [],
      }),
    ),
  ];
  const suites = [...new Set(cases.map(({ suite }) => suite))].map((name) => ({
    name,
    cases: cases.filter(({ suite }) => suite === name),
  }));
  const time = report.cluster.seconds.toFixed(3);
  const total = `tests="${cases.length}" failures="${of(cases, "failure")}" errors="${of(cases, "error")}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="kubectl netdoctor" ${total} time="${time}">`,
    ...suites.flatMap((suite) => suiteLines(suite.name, suite.cases, report)),
    "</testsuites>",
    "",
  ].join("\n");
}

const of = (cases: readonly Case[], outcome: Case["outcome"]): number =>
  cases.filter((each) => each.outcome === outcome).length;

function checkCase(outcome: CheckOutcome, report: Report, surface: Surface): Case {
  const { id, question, status, missing, error } = outcome;
  const [suite = id] = id.split("/");
  const base = { ...passed, suite, name: `${id}: ${question}` };
  const findings = report.findings.filter(({ check }) => check === id);
  const failing = findings.filter((finding) => counts(finding, surface));
  if (failing.length > 0) return { ...base, ...failure(failing) };
  if (status === "crashed")
    return { ...base, outcome: "error", type: "crashed", message: `a bug of netdoctor: ${error ?? ""}` };
  if (findings.length > 0) return { ...base, text: findings.flatMap(plainLines) };
  if (status === "found")
    return { ...base, outcome: "skipped", message: "what it found is a symptom of another finding" };
  if (status === "empty") return { ...base, outcome: "skipped", message: "there is nothing of the kind" };
  if (status !== "unknown") return base;
  const reasons = missing.map(({ fact, reason, detail }) => `${fact} ${reasonWords(reason)}: ${detail}`);
  return { ...base, outcome: "skipped", message: `could not look: ${reasons.join("; ")}` };
}

function failure(findings: readonly ReportedFinding[]): Pick<Case, "outcome" | "type" | "message" | "text"> {
  return {
    outcome: "failure",
    type: [...new Set(findings.map(({ id }) => id))].join(" "),
    message: list(findings.map(sentence), 3),
    text: findings.flatMap((finding, index) => (index === 0 ? plainLines(finding) : ["", ...plainLines(finding)])),
  };
}

/** Findings of no check: failures that nobody explains. The test is there without them too, so that a CI system sees it pass. */
function unexplainedCases(report: Report, surface: Surface): readonly Case[] {
  const findings = report.findings.filter(
    ({ check }) => check === undefined || !report.checks.some(({ id }) => id === check),
  );
  const base = { ...passed, suite: "traffic", name: "traffic: Is every failed flow explained by a finding?" };
  const failing = findings.filter((finding) => counts(finding, surface));
  if (failing.length > 0) return [{ ...base, ...failure(failing) }];
  return report.flows.length === 0 && findings.length === 0
    ? [{ ...base, outcome: "skipped", message: "no flow was examined" }]
    : [{ ...base, text: findings.flatMap(plainLines) }];
}

function suiteLines(name: string, cases: readonly Case[], { cluster }: Report): readonly string[] {
  const skipped = cases.filter(({ outcome }) => outcome === "skipped").length;
  const when = cluster.takenAt === undefined ? "" : ` timestamp="${markupLine(cluster.takenAt.slice(0, 19))}"`;
  const sums = `tests="${cases.length}" failures="${of(cases, "failure")}" errors="${of(cases, "error")}"`;
  return [
    `  <testsuite name="${markupLine(name)}" ${sums} skipped="${skipped}"${when}>`,
    "    <properties>",
    `      <property name="cluster.version" value="${markupLine(cluster.version)}"/>`,
    `      <property name="cluster.nodes" value="${cluster.nodes.length}"/>`,
    "    </properties>",
    ...cases.flatMap(caseLines),
    "  </testsuite>",
  ];
}

function caseLines({ suite, name, outcome, type, message, text }: Case): readonly string[] {
  const head = `<testcase classname="netdoctor.${markupLine(suite)}" name="${markupLine(name)}"`;
  if (outcome === "passed" && text.length === 0) return [`    ${head}/>`];
  const body = text.map((line) => markup(line)).join("\n");
  if (outcome === "passed") return [`    ${head}>`, `      <system-out>${body}</system-out>`, "    </testcase>"];
  const attributes = `${type === "" ? "" : ` type="${markupLine(type)}"`} message="${markupLine(message)}"`;
  const element = body === "" ? `<${outcome}${attributes}/>` : `<${outcome}${attributes}>${body}</${outcome}>`;
  return [`    ${head}>`, `      ${element}`, "    </testcase>"];
}
