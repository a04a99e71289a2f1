import { describe, expect, test } from "vitest";
import { checks } from "../../src/checks/registry.ts";
import { conclude } from "../../src/engine/conclude.ts";
import { incompleteParts } from "../../src/engine/incomplete.ts";
import { runChecks } from "../../src/engine/run-checks.ts";
import type { Captures } from "../../src/model/capture.ts";
import type { AnyCheck } from "../../src/model/check.ts";
import { findingKey } from "../../src/model/finding.ts";
import { type Unknown, unknown } from "../../src/model/learned.ts";
import { loadCase, loadCases } from "../support/case/load-case.ts";
import { checkOf, snapshotOf } from "../support/case/run-case.ts";

const raising = loadCases("checks")
  .filter(({ expected }) => expected.length > 0)
  .map(({ name, captures }) => ({ check: checkOf(name), snapshot: snapshotOf(captures) }));
const forbidden = unknown("forbidden", "pods is forbidden");

describe("a check without a fact that it needs is unknown and finds nothing", () => {
  const needs = checks.flatMap((check) => check.needs.map((fact) => [check.id, fact, check] as const));
  test.each(needs)("%s without %s", (id, fact, check) => {
    const own = raising.filter((one) => one.check === id);
    expect(own).not.toEqual([]);
    for (const { snapshot } of own) {
      const { outcomes, findings } = runChecks([check], { ...snapshot, [fact]: forbidden });
      expect(findings).toEqual([]);
      expect(outcomes).toEqual([
        expect.objectContaining({
          id,
          status: "unknown",
          missing: [{ fact, reason: "forbidden", detail: forbidden.detail }],
        }),
      ]);
    }
  });
});

describe("no capture that is missing or failed makes a healthy cluster look ill", () => {
  const { captures } = loadCase("engine", "healthy-and-nothing-sent");
  const ways: readonly (readonly [string, (id: string) => Captures])[] = [
    ["not collected", (id) => new Map([...captures].filter(([other]) => other !== id))],
    ["failed", (id) => withReason(captures, id, unknown("failed", "exit code 1"))],
  ];
  test.each(ways)("%s", { timeout: 90_000 }, (_, without) => {
    const present = [...captures.values()].filter(({ result }) => result.known);
    const ill = present.flatMap(({ id }) => {
      const { findings } = conclude(without(id));
      const troubles = findings.filter(({ severity }) => severity !== "info");
      return troubles.map((finding) => `${id}: ${findingKey(finding.id, finding.subject)}`);
    });
    expect(ill).toEqual([]);
  });
});

test("lists that could not be read are named in the report with what would settle it", () => {
  const { captures } = loadCase("engine", "healthy");
  for (const resource of ["nodes", "pods", "services", "endpointslices", "networkpolicies", "events"]) {
    const report = conclude(withReason(captures, `api/${resource}`, forbidden));
    expect(report.verdict).toBe("incomplete");
    expect(report.incomplete).toContainEqual({
      what: `${resource} could not be listed`,
      reason: forbidden.detail,
      unlock: "an account with the rights that `kubectl netdoctor rbac` prints",
    });
  }
});

describe("a check that throws", () => {
  const broken: AnyCheck = {
    id: "test/broken",
    question: "Does a bug in one check hide the others?",
    needs: ["services"],
    raises: [],
    run: () => {
      throw new RangeError("index 7 is out of range");
    },
  };
  const { captures } = loadCase("checks", "service/endpoints/selector-typo");
  const snapshot = snapshotOf(captures);
  const { outcomes, findings } = runChecks([broken, ...checks], snapshot);

  test("is crashed, with what it threw, and the others run", () => {
    expect(outcomes[0]).toEqual({
      id: broken.id,
      question: broken.question,
      status: "crashed",
      examined: 0,
      missing: [],
      error: "index 7 is out of range",
    });
    expect(findings.map(({ id }) => id)).toEqual(["service-selecting-no-pods"]);
  });

  test("is named among what could not be looked at", () => {
    expect(incompleteParts(captures, snapshot, outcomes, new Map(), new Set())).toEqual([
      expect.objectContaining({
        what: "check test/broken crashed",
        reason: "index 7 is out of range",
        unlock: expect.stringContaining("bug of netdoctor"),
      }),
    ]);
  });
});

function withReason(captures: Captures, id: string, result: Unknown): Captures {
  const capture = captures.get(id);
  return capture === undefined ? captures : new Map(captures).set(id, { ...capture, result });
}
