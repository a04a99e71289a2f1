import { expect, test } from "vitest";
import { loadCase } from "../../support/case/load-case.ts";
import { runCheck } from "../../support/case/run-case.ts";

test.each([
  ["two-letters-swapped", "cart-1"],
  ["selector-typo", "cart-1"],
  ["other-applications-only", ""],
  ["no-pod-anywhere", ""],
])("in %s the Pod that is nearly selected is '%s'", (story, pod) => {
  const { captures } = loadCase("checks", `service/endpoints/${story}`);
  const { findings } = runCheck("service/endpoints", captures);
  expect(findings.map(({ params }) => params.near)).toEqual([pod]);
});
