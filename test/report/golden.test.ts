import { describe, expect, test } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { renderCidr } from "../../src/report/cidr.ts";
import { renderCni } from "../../src/report/cni.ts";
import { renderDns } from "../../src/report/dns.ts";
import { renderJson } from "../../src/report/json.ts";
import { renderName } from "../../src/report/name.ts";
import type { Terminal } from "../../src/report/screen.ts";
import { renderTable } from "../../src/report/table.ts";
import { renderWide } from "../../src/report/wide.ts";
import { renderYaml } from "../../src/report/yaml.ts";
import { healthy, many, SAMPLES, vxlan } from "./sample-reports.ts";

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
