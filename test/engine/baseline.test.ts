import { expect, test } from "vitest";
import { changesBetween, compareWith, readBaseline } from "../../src/engine/baseline.ts";
import { exitCodeOf } from "../../src/engine/exit-code.ts";
import { renderJson } from "../../src/report/json.ts";
import { renderYaml } from "../../src/report/yaml.ts";
import { healthy, many, SAMPLES, vxlan } from "../report/sample-reports.ts";

test("a report beside itself has nothing new and nothing gone, written as JSON or YAML", () => {
  for (const report of Object.values(SAMPLES)) {
    for (const text of [renderJson(report), renderYaml(report)]) {
      const baseline = readBaseline(text);
      if (!baseline.known) throw new Error(baseline.detail);
      const compared = compareWith(report, baseline.value);
      expect(compared.baseline).toEqual({ gone: [] });
      expect(compared.findings.filter(({ inBaseline }) => inBaseline !== true)).toEqual([]);
      expect(exitCodeOf(compared, "info")).toBe(report.incomplete.length > 0 ? 4 : 0);
    }
  }
});

test("what is new counts, what is known does not, and what went away is named", () => {
  const baseline = new Set(["vxlan-port-blocked Node node3", "port-closed Pod shop/pay"]);
  const compared = compareWith(many, baseline);
  expect(compared.findings.map(({ inBaseline }) => inBaseline)).toEqual([
    true,
    ...Array(many.findings.length - 1).fill(false),
  ]);
  expect(compared.baseline).toEqual({ gone: ["port-closed Pod shop/pay"] });
  expect(exitCodeOf(compared, "error")).toBe(1);
  expect(exitCodeOf(compareWith(vxlan, baseline), "error")).toBe(0);
});

test("what became the symptom of another finding is not gone", () => {
  expect(compareWith(vxlan, new Set(["deployment-not-ready Deployment shop/cart"])).baseline).toEqual({ gone: [] });
});

test("the same finding of another subject is another finding", () => {
  const moved = vxlan.findings.map((finding) => ({ ...finding, subject: { ...finding.subject, name: "node2" } }));
  const { appeared, gone } = changesBetween(vxlan, { ...vxlan, findings: moved });
  expect([appeared.map(({ subject }) => subject.name), gone.map(({ subject }) => subject.name)]).toEqual([
    ["node2"],
    ["node3"],
  ]);
  expect(changesBetween(healthy, healthy)).toEqual({ appeared: [], gone: [] });
});

test.each(["", "[]", "{", "kind: Report", '{"apiVersion":"netdoctor/v2","kind":"Report","findings":[]}', "\u0000"])(
  "%j is no baseline",
  (text) => {
    expect(readBaseline(text)).toMatchObject({ known: false, reason: "unparsable" });
  },
);
