import type { ReportedFinding } from "../model/report.ts";
import { evidenceText } from "./finding-block.ts";
import { visible } from "./sanitize.ts";
import { objectName, placeOfStep } from "./wording.ts";

/** "Node node3: drops the encapsulated packets of other Nodes" */
export function sentence({ subject, message }: ReportedFinding): string {
  return visible(`${objectName(subject)}: ${message}`);
}

/** All of a finding as lines without layout, for formats that have none of their own. */
export function plainLines(finding: ReportedFinding): readonly string[] {
  const { why, confidence, evidence, next, id } = finding;
  return [
    sentence(finding),
    why,
    ...evidence.map((each) => `${confidence}: ${evidenceText(each, "full")}`),
    ...next.map(({ run, effect, onNode }) => `${placeOfStep(onNode, effect)} ${run}`),
    `more: kubectl netdoctor explain ${id}`,
  ]
    .filter((line) => line !== "")
    .map(visible);
}
