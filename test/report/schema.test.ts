import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { load } from "js-yaml";
import { describe, expect, test } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { renderJson } from "../../src/report/json.ts";
import { renderYaml } from "../../src/report/yaml.ts";
import { SAMPLES, vxlan } from "./sample-reports.ts";

const schemaText = readFileSync(new URL("../../docs/report.schema.json", import.meta.url), "utf8");

/** The public schema lets objects grow; here a field that it does not know is a failure, so that none is forgotten. */
function closed(): object {
  return JSON.parse(schemaText, (_key, value) =>
    value?.type === "object" && value.properties && !value.additionalProperties
      ? { ...value, additionalProperties: false }
      : value,
  );
}
const validate = new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).compile(closed());

describe.each(Object.entries(SAMPLES))("the %s report", (_name, report) => {
  test("is what the schema says, and nothing more", () => {
    validate(JSON.parse(renderJson(report)));
    expect(validate.errors ?? []).toEqual([]);
  });
  test("is the same document in JSON and YAML", () => {
    expect(load(renderYaml(report))).toEqual(JSON.parse(renderJson(report)));
    expect(JSON.parse(renderJson(report))).toEqual(JSON.parse(JSON.stringify(report)));
  });
});

test.each(["findings", "checks", "flows", "incomplete", "verdict"])("a report without %s is refused", (field) => {
  const { [field]: _left, ...rest } = JSON.parse(renderJson(vxlan));
  expect(validate(rest)).toBe(false);
});

test("keys stand in the order of the schema, whoever built the report", () => {
  const turned: Report = JSON.parse(
    JSON.stringify(vxlan, (_key, value) =>
      value !== null && typeof value === "object" && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).reverse())
        : value,
    ),
  );
  const schema = JSON.parse(schemaText);
  const orders = [schema, ...Object.values<{ properties?: object }>(schema.$defs)].flatMap(({ properties }) =>
    properties === undefined ? [] : [Object.keys(properties)],
  );
  expect(renderJson(turned)).toBe(renderJson(vxlan));
  const seen: string[][] = [];
  JSON.parse(renderJson(vxlan), (_key, value) => {
    if (value !== null && typeof value === "object" && !Array.isArray(value)) seen.push(Object.keys(value));
    return value;
  });
  const ordered = seen.filter((keys) => {
    const order = orders.find((candidate) => keys.every((key) => candidate.includes(key)));
    return order === undefined || keys.join() === order.filter((key) => keys.includes(key)).join();
  });
  expect(ordered).toEqual(seen);
});

test.each([
  ["flow", "FlowPurpose", "purpose"],
  ["flow", "ProbeOutcome", "outcome"],
  ["flow", "Protocol", "protocol"],
  ["learned", "UnknownReason", "reason"],
  ["cni", "CrossNodeStrategy", "strategy"],
  ["report", "Verdict", "verdict"],
  ["finding", "Confidence", "confidence"],
  ["finding", "Severity", "severity"],
])("the words of %s.ts %s are those of the schema's %s", (file, type, property) => {
  const source = readFileSync(new URL(`../../src/model/${file}.ts`, import.meta.url), "utf8");
  const union = new RegExp(`type ${type} =([^;]*);`).exec(source)?.[1] ?? "";
  const words = [...union.matchAll(/"([^"]+)"/g)].map((match) => match[1]);
  const enums: string[][] = [];
  JSON.parse(schemaText, (key, value) => {
    if (key === property && Array.isArray(value?.enum)) enums.push(value.enum);
    return value;
  });
  expect(words.length).toBeGreaterThan(1);
  expect(enums.map((each) => [...each].sort())).toContainEqual([...words].sort());
});
