import type { PolicyNamespace, PolicyOverview } from "../../model/policy-report.ts";
import type { ReportedFinding } from "../../model/report.ts";
import { titledTable } from "../columns.ts";
import { type Line, layoutWidth, paint, penFor, type Terminal } from "../screen.ts";
import { count, glyph, list, objectName, styleOf } from "../wording.ts";
import { labelled, spread } from "../wrap.ts";
import { enforcementLine, enforcementWords } from "./enforcement.ts";

const MOST_OPEN = 6;

/** Policies by Namespace, Namespaces without any in one line, and what is to be said against the policies. */
export function renderPolicyOverview(overview: PolicyOverview, terminal: Terminal): string {
  const { namespaces, enforcement, findings } = overview;
  const policies = namespaces.flatMap((namespace) => namespace.policies);
  const pen = penFor(terminal);
  const answer = policies.length === 0 ? "no NetworkPolicy: every Pod reaches every Pod" : countsText(namespaces);
  const head = spread(
    [pen(answer, "strong")],
    { parts: enforcementWords(enforcement), style: "faint" },
    layoutWidth(terminal),
    pen,
  );
  const sections = [
    policies.length === 0 ? [] : enforcementLine(enforcement, terminal),
    ...namespaces.filter((each) => each.policies.length > 0).map((each) => namespaceTable(each, terminal)),
    openNamespaces(namespaces, terminal),
    findings.flatMap((finding) => findingLines(finding, terminal)),
  ];
  const lines = [...head, ...sections.flatMap((section) => (section.length === 0 ? [] : [[], ...section]))];
  return paint(lines, terminal);
}

function countsText(namespaces: readonly PolicyNamespace[]): string {
  const policies = namespaces.reduce((sum, each) => sum + each.policies.length, 0);
  const used = namespaces.filter((each) => each.policies.length > 0).length;
  return `${count(policies, "NetworkPolicy", "NetworkPolicies")} in ${used} of ${count(namespaces.length, "Namespace")}`;
}

function namespaceTable(namespace: PolicyNamespace, terminal: Terminal): readonly Line[] {
  const { name, pods, isolatedIngress, isolatedEgress } = namespace;
  const title = `${name}: of ${count(pods, "Pod")} ${isolatedIngress} isolated for ingress, ${isolatedEgress} for egress`;
  const rows = namespace.policies.map((policy) => [
    policy.name,
    policy.selector === "" ? `all ${policy.pods}` : `${policy.pods}: ${policy.selector}`,
    policy.types.join(", "),
    [...policy.patterns, ...(policy.patterns.length === 0 ? list(policy.rules, 2).split("\n") : [])].join("; "),
  ]);
  return titledTable(title, ["POLICY", "SELECTS", "DIRECTIONS", "WHAT IT DOES"], rows, terminal).slice(1);
}

function openNamespaces(namespaces: readonly PolicyNamespace[], terminal: Terminal): readonly Line[] {
  const open = namespaces.filter(({ policies }) => policies.length === 0).map(({ name }) => name);
  if (open.length === 0 || open.length === namespaces.length) return [];
  const pen = penFor(terminal);
  const form = { indent: 0, label: pen("without policies: "), labelWidth: 18, width: layoutWidth(terminal) };
  return labelled(form, list(open, MOST_OPEN), pen);
}

function findingLines({ id, severity, subject, message }: ReportedFinding, terminal: Terminal): readonly Line[] {
  const pen = penFor(terminal);
  const form = {
    indent: 0,
    label: pen(glyph(severity, terminal), styleOf(severity)),
    labelWidth: 2,
    width: layoutWidth(terminal),
  };
  return [
    ...labelled(form, `${id}  ${objectName(subject)} ${message}`, pen),
    [pen(`    kubectl netdoctor explain ${id}`)],
  ];
}
