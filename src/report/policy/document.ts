import { dump } from "js-yaml";
import type { PolicyOverview, PolicyReport } from "../../model/policy-report.ts";
import { escapeInDocument } from "../sanitize.ts";
import { scalarStyleRules } from "../yaml.ts";

/** The answer or overview as docs/policy.schema.json describes it, keys in the order of the model. */
export function renderPolicyJson(document: PolicyReport | PolicyOverview): string {
  return escapeInDocument(`${JSON.stringify(document, null, 2)}\n`);
}

/** The same as YAML. */
export function renderPolicyYaml(document: PolicyReport | PolicyOverview): string {
  return escapeInDocument(
    dump(JSON.parse(JSON.stringify(document)), { noRefs: true, lineWidth: -1, scalarStyleRules }),
  );
}
