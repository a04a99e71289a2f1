import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { baselineOf } from "../../src/cli/baseline-file.ts";
import { UsageError } from "../../src/cli/errors.ts";
import { ensureWritable, plannedOutputs } from "../../src/cli/outputs.ts";
import { parseXml } from "../report/junit-schema.ts";
import { buildProgram, home, run, start } from "./program.ts";

buildProgram();

const example = join(import.meta.dirname, "../../examples/vxlan-port-blocked.tar.gz");
const at = (format: string, file: string | null = null): object => ({ format, file });

describe("where the report goes", () => {
  test.each<[string, string[], string | undefined, object[]]>([
    ["the table to stdout, where nothing is said", [], undefined, [at("table")]],
    ["one form to stdout", ["json"], undefined, [at("json")]],
    [
      "a further form to a file, and the table to stdout",
      ["junit=r.xml"],
      undefined,
      [at("table"), at("junit", "r.xml")],
    ],
    [
      "two files beside stdout",
      ["html=a=b.html", "wide", "json=r"],
      undefined,
      [at("wide"), at("html", "a=b.html"), at("json", "r")],
    ],
    ["the form of -o to the file of -O", ["yaml"], "report", [at("yaml", "report")]],
    ["the form of the ending, without -o", [], "out/r.SARIF", [at("sarif", "out/r.SARIF")]],
    ["the table, where the ending says nothing", [], "report.txt", [at("table", "report.txt")]],
    ["stdout, where -O is -", ["json"], "-", [at("json")]],
  ])("%s", (_what, output, file, planned) => {
    expect(plannedOutputs({ output, "output-file": file })).toEqual(planned);
  });
  test.each<[string[], string]>([
    [["tabel"], "did you mean `table`"],
    [["xml"], "one of table, wide, json, yaml, name, junit, sarif, markdown, html"],
    [["json", "yaml"], "-o yaml=FILE writes a file"],
    [["json="], "to name a file"],
  ])("-o %j is refused", (output, words) => {
    expect(() => plannedOutputs({ output })).toThrow(UsageError);
    expect(() => plannedOutputs({ output })).toThrow(words);
  });
});

test("one run writes several forms: each to its place, stderr stays empty", async () => {
  const directory = home();
  const line = [
    "check",
    "--bundle",
    example,
    "-o",
    "name",
    "-o",
    "junit=r.xml",
    "-o",
    "sarif=r.sarif",
    "-o",
    "html=r.html",
  ];
  const { exitCode, stdout, stderr } = await start(line, directory.path).ended;
  const file = (name: string): string => readFileSync(join(directory.path, name), "utf8");
  expect([exitCode, stderr]).toEqual([1, []]);
  expect(stdout.split("\n")[0]).toBe("node/node3 vxlan-port-blocked");
  const suites = parseXml(file("r.xml")).children;
  expect(
    suites.filter(({ attributes }) => attributes.failures !== "0").map(({ attributes }) => attributes.name),
  ).toEqual(["path"]);
  expect(JSON.parse(file("r.sarif")).runs[0].tool.driver.version).toMatch(/^\d+\.\d+\.\d+/);
  expect(file("r.html")).toContain("<svg ");
}, 120_000);

test("a file that cannot be written is told before anything is examined", async () => {
  const { path } = home();
  await ensureWritable([join(path, "new.json"), "new.json"]);
  for (const file of [join(path, "nowhere/report.json"), path])
    await expect(ensureWritable([file])).rejects.toThrow(`cannot write ${file}: `);
  const { exitCode, stdout, stderr } = await run("check", "--server", "http://127.0.0.1:1", "-Onowhere/report.json");
  expect([exitCode, stdout, stderr.length]).toEqual([3, "", 2]);
  expect(stderr[0]).toContain("cannot write nowhere/report.json: ");
}, 120_000);

test("a baseline takes what was known out of the exit code", async () => {
  const directory = home();
  const checked = (...argv: string[]) => start(["check", "--bundle", example, ...argv], directory.path).ended;
  const before = await checked("-O", "before.json");
  expect([before.exitCode, before.stdout]).toEqual([1, ""]);
  const same = await checked("--baseline", "before.json", "--fail-on", "info");
  expect(same.exitCode).toBe(0);
  expect(same.stdout.split("\n")[0]).toMatch(/^✓ no new problems, 1 known /);
  await expect(baselineOf(join(directory.path, "nowhere.json"))).rejects.toThrow("cannot read");
  await expect(baselineOf(example)).rejects.toThrow("is not a baseline");
}, 120_000);
