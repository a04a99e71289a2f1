import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { load } from "js-yaml";
import { describe, expect, test } from "vitest";
import { concludeTrace } from "../../../src/engine/trace/conclude.ts";
import type { TraceQuestion, TraceReport } from "../../../src/model/trace.ts";
import { renderTraceJson } from "../../../src/report/trace/json.ts";
import { renderTraceSvg } from "../../../src/report/trace/svg.ts";
import { renderTrace } from "../../../src/report/trace/table.ts";
import { renderTraceYaml } from "../../../src/report/trace/yaml.ts";
import { loadCase } from "../../support/case/load-case.ts";

function traced(name: string, from: string, to: string): TraceReport {
  const question: TraceQuestion = { from, to, namespace: "shop", port: null, protocol: null, family: null };
  const report = concludeTrace(loadCase("engine", name).captures, question);
  if (!report.known) throw new Error(report.detail);
  return report.value;
}
const samples = {
  healthy: traced("healthy", "web-1", "web-2"),
  service: traced("healthy", "web-1", "svc/web"),
  broken: traced("prediction-contradicted", "web-1", "web-2"),
  unknown: traced("healthy", "web-1", "example.com"),
  outside: traced("healthy", "web-1", "198.51.100.10"),
} as const;
const hostile: TraceReport = {
  ...samples.broken,
  notes: ["\u001b[2J<script>alert(1)</script>\u202e"],
  flows: samples.broken.flows.map((flow) => ({ ...flow, title: `\u001b]0;x\u0007<b>&"${flow.title}` })),
};
const terminal = (width: number, unicode = true) => ({ width, color: false, unicode });

describe("the table", () => {
  test("of a broken way has the answer first, marks where it stops, and names the cause", () => {
    expect(renderTrace(samples.broken, terminal(80))).toMatchSnapshot();
  });
  test("of a healthy Service folds what passes", () => {
    expect(renderTrace(samples.service, terminal(80))).toMatchSnapshot();
  });
  test("in full shows every flow, the way back and every place by name", () => {
    const text = renderTrace(samples.healthy, terminal(120), "full");
    expect(text).toContain("Pod shop/web-1");
    expect(text).toMatch(/^ {2}r1 /m);
    expect(text).toContain("1450 bytes from web-1");
  });
  test.each([40, 60, 80, 120])("fits %d columns", (width) => {
    for (const report of Object.values(samples)) {
      const lines = renderTrace(report, terminal(width)).split("\n");
      const table = lines.filter((line) => /^ {2}(#|r?\d+) /.test(line));
      expect(table.filter((line) => [...line].length > Math.max(width, 60))).toEqual([]);
    }
  });
  test("for a terminal without Unicode is ASCII", () => {
    expect(renderTrace(samples.broken, terminal(80, false))).toMatch(/^[\n\x20-\x7e]*$/);
  });
  test("shows nothing that a terminal would act on", () => {
    expect(renderTrace(hostile, terminal(80))).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
  });
});

describe("JSON and YAML", () => {
  const report: object = JSON.parse(readFileSync(new URL("../../../docs/report.schema.json", import.meta.url), "utf8"));
  const schema: object = JSON.parse(readFileSync(new URL("../../../docs/trace.schema.json", import.meta.url), "utf8"));
  const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
  ajv.addSchema(report);
  const validate = ajv.compile(schema);

  test.each(Object.entries(samples))("of the %s trace are one document, as the schema says", (_, sample) => {
    const parsed = JSON.parse(renderTraceJson(sample));
    validate(parsed);
    expect(validate.errors ?? []).toEqual([]);
    expect(load(renderTraceYaml(sample))).toEqual(parsed);
    expect(parsed).toEqual(JSON.parse(JSON.stringify(sample)));
  });
  test("begin with what the document is and how it ended", () => {
    expect(Object.keys(JSON.parse(renderTraceJson(samples.healthy))).slice(0, 3)).toEqual([
      "apiVersion",
      "kind",
      "verdict",
    ]);
  });
});

describe("the picture", () => {
  test("has a box a hop, marks where it stops in words, and refers to nothing outside", () => {
    const svg = renderTraceSvg(samples.broken);
    expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    expect(svg).toContain("stops here");
    expect(svg.match(/<rect /g)?.length).toBe(1 + (samples.broken.flows[0]?.ways[0]?.there.length ?? 0));
    expect(svg.replace("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:|<script|href/);
  });
  test("escapes what the cluster says", () => {
    const svg = renderTraceSvg(hostile);
    expect(svg).not.toContain("<b>");
    expect(svg).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
    expect(svg).toContain("&lt;b&gt;&amp;&quot;");
  });
});
