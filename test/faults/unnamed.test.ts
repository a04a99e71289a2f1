import { describe, expect, test } from "vitest";
import { isRecorded } from "./recording.ts";
import { faults } from "./registry.ts";
import { failedOf, placing, shownFirst, withoutItsRule, wrongCauses } from "./unnamed.ts";

// All of them are `npm run unnamed`, which takes a minute.
const chosen = shownFirst.filter(isRecorded).slice(0, 10);
const recorded = faults.filter(({ name }) => chosen.includes(name)).map((fault) => [fault.name, fault] as const);

describe("a recorded fault whose rule is left out", () => {
  test.each(recorded)(
    "%s is not silent where a packet fails, nor called by a wrong name",
    (_, fault) => {
      const seen = withoutItsRule(fault);
      for (const report of [seen.unnamed, seen.unseen]) {
        const said = new Set(report.findings.flatMap(({ explains }) => explains));
        const dropped = failedOf(report).filter(({ flow }) => !said.has(flow.id));
        expect(dropped.map(({ flow }) => flow.id)).toEqual([]);
        expect(wrongCauses(report, seen.whole)).toEqual([]);
        expect(["another Node", "nowhere"]).not.toContain(placing(report, seen));
      }
    },
    20_000,
  );
});

test("there are recordings to look at", () => {
  expect(recorded.length).toBe(10);
});
