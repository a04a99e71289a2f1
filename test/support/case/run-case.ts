import { checks } from "../../../src/checks/registry.ts";
import { conclude } from "../../../src/engine/conclude.ts";
import { type Examined, runChecks } from "../../../src/engine/run-checks.ts";
import type { Captures } from "../../../src/model/capture.ts";
import type { AnyCheck } from "../../../src/model/check.ts";
import type { Snapshot } from "../../../src/model/facts.ts";
import { type Finding, findingKey } from "../../../src/model/finding.ts";
import { known } from "../../../src/model/learned.ts";
import { readSnapshot } from "../../../src/read/facts.ts";

/** The facts of these captures, flows with the engine's own prediction among them. */
export function snapshotOf(captures: Captures): Snapshot {
  return readSnapshot(captures, known(conclude(captures).flows));
}

/** The check that a case below test/checks is for: "service/endpoints/selector-typo" → service/endpoints. */
export function checkOf(name: string): string {
  return name.split("/").slice(0, 2).join("/");
}

/** Runs one check by its id, as the engine does. */
export function runCheck(id: string, captures: Captures): Examined {
  return runChecks([checkNamed(id)], snapshotOf(captures));
}

export function checkNamed(id: string): AnyCheck {
  const check = checks.find((one) => one.id === id);
  if (check === undefined) throw new Error(`there is no check ${id}`);
  return check;
}

/** "id Kind namespace/name" of each, sorted. */
export function keysOf(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ id, subject }) => findingKey(id, subject)).sort();
}
