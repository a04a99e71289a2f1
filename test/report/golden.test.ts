import { describe, expect, test } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { renderChanges } from "../../src/report/changes.ts";
import { renderCidr } from "../../src/report/cidr.ts";
import { renderCni } from "../../src/report/cni.ts";
import { renderDns } from "../../src/report/dns.ts";
import { renderHtml } from "../../src/report/html.ts";
import { renderJson } from "../../src/report/json.ts";
import { renderJunit } from "../../src/report/junit.ts";
import { renderMarkdown } from "../../src/report/markdown.ts";
import { renderName } from "../../src/report/name.ts";
import { renderSarif } from "../../src/report/sarif.ts";
import type { Terminal } from "../../src/report/screen.ts";
import { renderTable } from "../../src/report/table.ts";
import { renderWide } from "../../src/report/wide.ts";
import { renderYaml } from "../../src/report/yaml.ts";
import { apiOnly, compared, healthy, hostile, incomplete, many, SAMPLES, vxlan } from "./sample-reports.ts";

const screen = (width: number, unicode = true): Terminal => ({ width, color: false, unicode });

describe.each(Object.entries(SAMPLES))("the %s report", (name, report) => {
  const human: [string, (report: Report, terminal: Terminal) => string][] = [
    ["table", renderTable],
    ["wide", renderWide],
  ];
  test.each(human.flatMap(([form, render]) => [80, 120].map((width) => ({ form, width, render }))))(
    "reads well as $form at $width columns",
    async ({ form, width, render }) => {
      await expect(render(report, screen(width))).toMatchFileSnapshot(`golden/${name}.${form}.${width}.txt`);
    },
  );
  test("keeps its bytes as JSON, YAML and names", async () => {
    await expect(renderJson(report)).toMatchFileSnapshot(`golden/${name}.json`);
    await expect(renderYaml(report)).toMatchFileSnapshot(`golden/${name}.yaml`);
    await expect(renderName(report)).toMatchFileSnapshot(`golden/${name}.name.txt`);
  });
});

test.each([
  ["cidr", renderCidr, { healthy, many }],
  ["cni", renderCni, { healthy, many }],
  ["dns", renderDns, { healthy, many }],
] as const)("the %s page reads well", async (area, render, reports) => {
  for (const [name, report] of Object.entries(reports)) {
    await expect(render(report, screen(80))).toMatchFileSnapshot(`golden/${name}.${area}.80.txt`);
  }
});

test("a terminal without Unicode gets ASCII and the same words", async () => {
  await expect(renderTable(vxlan, screen(80, false))).toMatchFileSnapshot("golden/vxlan.table.ascii.txt");
  await expect(renderTable(healthy, screen(80, false))).toMatchFileSnapshot("golden/healthy.table.ascii.txt");
});

test.each([40, 60])("a screen of %i columns loses nothing", async (width) => {
  for (const [name, report] of Object.entries({ vxlan, hostile, incomplete })) {
    await expect(renderTable(report, screen(width))).toMatchFileSnapshot(`golden/${name}.table.${width}.txt`);
  }
  await expect(renderCidr(healthy, screen(width))).toMatchFileSnapshot(`golden/healthy.cidr.${width}.txt`);
});

test.each(Object.entries({ compared, incomplete, hostile }))(
  "the %s report reads well elsewhere",
  async (name, report) => {
    const surface = { ...screen(120), version: "0.1.0", failOn: "error" } as const;
    await expect(renderJunit(report, surface)).toMatchFileSnapshot(`golden/${name}.junit.xml`);
    await expect(renderSarif(report, surface)).toMatchFileSnapshot(`golden/${name}.sarif`);
    await expect(renderMarkdown(report)).toMatchFileSnapshot(`golden/${name}.md`);
    await expect(renderHtml(report, surface)).toMatchFileSnapshot(`golden/${name}.html`);
  },
);

test("many checks that lack the same facts are counted, not named", async () => {
  await expect(renderTable(apiOnly, screen(80))).toMatchFileSnapshot("golden/api-only.table.80.txt");
});

test("between two runs only what changed is shown", async () => {
  const [appeared] = compared.findings;
  const [gone] = many.findings;
  if (appeared === undefined || gone === undefined) throw new Error("the samples have findings");
  const shown = renderChanges(compared, { appeared: [appeared], gone: [gone] }, screen(80));
  await expect(shown).toMatchFileSnapshot("golden/changes.80.txt");
  expect(renderChanges(compared, { appeared: [], gone: [] }, screen(80))).toBe("");
});
