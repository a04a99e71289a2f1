import { describe, expect, test } from "vitest";
import { checks } from "../../src/checks/registry.ts";
import { rootCauses } from "../../src/diagnose/root-causes.ts";
import { severityOf, word } from "../../src/engine/word.ts";
import { loadCases } from "../support/case/load-case.ts";
import { checkOf, keysOf, runCheck } from "../support/case/run-case.ts";

const cases = loadCases("checks").map((one) => ({ ...one, check: checkOf(one.name) }));

describe("a check raises exactly the findings that the case expects", () => {
  test.each(cases.map((one) => [one.name, one] as const))("%s", (_, { check, captures, expected }) => {
    const { outcomes, findings } = runCheck(check, captures);
    expect(outcomes.map(({ status, error }) => ({ status, error }))).not.toContainEqual(
      expect.objectContaining({ status: "crashed" }),
    );
    expect(
      outcomes[0]?.missing.filter(({ fact }) => checks.some(({ needs }) => needs.some((need) => need === fact))),
    ).toEqual([]);
    expect(keysOf(findings)).toEqual(expected);
  });
});

describe("what a finding says has every word in place", () => {
  test.each(cases.filter(({ expected }) => expected.length > 0).map((one) => [one.name, one] as const))(
    "%s",
    (_, { check, captures }) => {
      const { findings } = runCheck(check, captures);
      for (const cause of rootCauses(findings, severityOf, new Set())) {
        const { message, why, next, evidence } = word(cause);
        const text = [
          message,
          why,
          ...next.map(({ run }) => run),
          ...evidence.flatMap(({ source, where, value }) => [source, where, value]),
        ];
        expect(text.join("\n")).not.toMatch(/undefined|null|NaN|\[object|``| {2}/);
        expect(text).not.toContain("");
        expect(evidence.length).toBeGreaterThan(0);
      }
    },
  );
});

describe("every finding has a case that raises it and one that nearly does", () => {
  const findings = checks.flatMap(({ id, raises }) => raises.map((type) => [type.id, id] as const));
  test.each(findings)("%s", (finding, check) => {
    const own = cases.filter((one) => one.check === check);
    expect(own.filter(({ expected }) => expected.some((key) => key.startsWith(`${finding} `)))).not.toEqual([]);
    expect(own.filter(({ traps }) => traps.includes(finding))).not.toEqual([]);
  });
});

test("every trap names a finding of its check", () => {
  const strays = cases.flatMap(({ name, check, traps }) =>
    traps
      .filter((trap) => !checks.some(({ id, raises }) => id === check && raises.some((type) => type.id === trap)))
      .map((trap) => `${name}: ${trap}`),
  );
  expect(strays).toEqual([]);
});
