import { describe, expect, test } from "vitest";
import { conclude } from "../../src/engine/conclude.ts";
import { judge } from "../e2e/naming.ts";
import { healthySets } from "../traps/healthy.ts";
import { trapSets } from "../traps/registry.ts";
import type { Fault } from "./fault.ts";
import { pairs } from "./pairs.ts";
import { isRecorded, readRecording } from "./recording.ts";
import { faults } from "./registry.ts";

const byName = new Map(faults.map((fault) => [fault.name, fault]));
const runs: readonly (readonly [string, readonly Fault[]])[] = [
  ...faults.map((fault): readonly [string, readonly Fault[]] => [fault.name, [fault]]),
  ...pairs.map((pair): readonly [string, readonly Fault[]] => [
    pair.join("+"),
    pair.flatMap((name) => byName.get(name) ?? []),
  ]),
];

describe("a recorded run of a real fault names it first", () => {
  test.each(runs.filter(([name]) => isRecorded(name)))("%s", (name, broken) => {
    const report = conclude(readRecording(name));
    expect(judge(broken, report)).toMatchObject({ naming: "named first", problems: [] });
    expect(report.checks.filter(({ status }) => status === "crashed")).toEqual([]);
  });
});

describe("a recorded run of a healthy cluster, or among traps, raises no error and no warning", () => {
  test.each([...healthySets, ...trapSets].map(({ name }) => name).filter(isRecorded))("%s", (name) => {
    const { findings, checks } = conclude(readRecording(name));
    expect(findings.filter(({ severity }) => severity !== "info")).toEqual([]);
    expect(checks.filter(({ status }) => status === "crashed")).toEqual([]);
  });
});

test("every pair is of two faults there are, in one kind of lab", () => {
  const odd = pairs.filter(
    ([a, b]) => JSON.stringify(byName.get(a)?.lab) !== JSON.stringify(byName.get(b)?.lab) || !byName.has(a),
  );
  expect(odd).toEqual([]);
});
