import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { readBundle } from "../../src/bundle/read.ts";
import { checks } from "../../src/checks/registry.ts";
import { conclude, type Knowledge } from "../../src/engine/conclude.ts";
import { explain } from "../../src/engine/explain.ts";
import { renderJson } from "../../src/report/json.ts";
import { renderName } from "../../src/report/name.ts";
import { renderTable } from "../../src/report/table.ts";
import { renderWide } from "../../src/report/wide.ts";

const root = join(import.meta.dirname, "../..");
const examples = (await readdir(join(root, "examples"))).filter((file) => file.endsWith(".tar.gz"));
const schema: unknown = JSON.parse(readFileSync(join(root, "docs/report.schema.json"), "utf8"));

async function reportOf(file: string, knowledge: Knowledge = {}) {
  const bundle = await readBundle(join(root, "examples", file));
  if (!bundle.known) throw new Error(bundle.detail);
  return conclude(bundle.value.captures, knowledge);
}
/** What stands in the whole screens, so that a check more does not change them: that of the fault, and one of each answer. */
const few = ["path/packet-filter", "dns/ndots", "node/heartbeat", "ranges/overlap", "service/load-balancer"];

test("there is an example to start with", () => {
  expect(examples).toContain("vxlan-port-blocked.tar.gz");
});

describe.each(examples)("the recorded cluster %s", (file) => {
  const name = file.replace(/\.tar\.gz$/, "");

  test("has the fault it is named after as its first finding", async () => {
    const { findings, verdict } = await reportOf(file);
    expect([verdict, findings[0]?.id, findings[0]?.confidence]).toEqual(["problems", name, "proven"]);
  });

  test("has nothing else to act on", async () => {
    const { findings } = await reportOf(file);
    expect(findings.slice(1).filter(({ severity }) => severity !== "info")).toEqual([]);
  });

  test("reads on the screen as it did", async () => {
    const report = await reportOf(file, { checks: checks.filter(({ id }) => few.includes(id)) });
    const plain = { color: false, unicode: true };
    await expect(renderTable(report, { ...plain, width: 80 })).toMatchFileSnapshot(`${name}/table-80.txt`);
    await expect(renderWide(report, { ...plain, width: 120 })).toMatchFileSnapshot(`${name}/wide-120.txt`);
    await expect(renderName(report)).toMatchFileSnapshot(`${name}/name.txt`);
  });

  test("gives JSON that its schema allows", async () => {
    const ajv = new Ajv2020({ strict: false });
    const valid =
      typeof schema === "object" &&
      schema !== null &&
      ajv.validate(schema, JSON.parse(renderJson(await reportOf(file))));
    expect(ajv.errors ?? []).toEqual([]);
    expect(valid).toBe(true);
  });

  test("names findings that explain knows", async () => {
    const { findings } = await reportOf(file);
    expect(findings.filter(({ id }) => !explain(id).known)).toEqual([]);
  });
});

test("the README shows what the program says", async () => {
  const shown = renderTable(await reportOf("vxlan-port-blocked.tar.gz"), { color: false, unicode: true, width: 80 });
  expect(readFileSync(join(root, "README.md"), "utf8")).toContain(shown.trimEnd());
});
