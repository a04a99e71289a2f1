import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { renderSarif } from "../../src/report/sarif.ts";
import { SAMPLES, vxlan } from "./sample-reports.ts";
import { sarifSchema } from "./sarif-schema.ts";

const surface = { width: 80, color: false, unicode: true, version: "0.1.0" };
const validate = new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).compile(sarifSchema);

describe.each(Object.entries(SAMPLES))("the %s report as SARIF", (_name, report) => {
  test("is what the schema of SARIF 2.1.0 allows", () => {
    validate(JSON.parse(renderSarif(report, surface)));
    expect(validate.errors ?? []).toEqual([]);
  });
  test("has a result for each finding, of a rule that is in its table", () => {
    const [{ tool, results }] = JSON.parse(renderSarif(report, surface)).runs;
    expect(results).toHaveLength(report.findings.length);
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
    const ids: string[] = tool.driver.rules.map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

test("with a baseline each result says whether it is new", () => {
  const [finding] = vxlan.findings;
  if (finding === undefined) throw new Error("the sample has a finding");
  const findings = [
    { ...finding, inBaseline: true },
    { ...finding, id: "other-finding", inBaseline: false },
  ];
  const [{ results }] = JSON.parse(renderSarif({ ...vxlan, findings, baseline: { gone: [] } }, surface)).runs;
  expect(results.map(({ baselineState }: { baselineState: string }) => baselineState)).toEqual(["unchanged", "new"]);
});
