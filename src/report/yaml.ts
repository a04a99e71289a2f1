import { DEFAULT_SCALAR_STYLE_RULES, dump, SCALAR_STYLE } from "js-yaml";
import type { Report } from "../model/report.ts";
import { inModelOrder } from "./key-order.ts";
import { escapeInDocument, isUnsafe } from "./sanitize.ts";

/** The same document as JSON output, in YAML 1.2. Text that a terminal would act on is double-quoted and escaped. */
export function renderYaml(report: Report): string {
  const ordered: unknown = JSON.parse(JSON.stringify(report, inModelOrder));
  return escapeInDocument(dump(ordered, { noRefs: true, lineWidth: -1, scalarStyleRules }));
}

type Rules = NonNullable<NonNullable<Parameters<typeof dump>[1]>["scalarStyleRules"]>;

/** Text that a terminal would act on is double-quoted, so that it can be escaped. */
export const scalarStyleRules: Rules = [
  (layout) => {
    if (layout.style === SCALAR_STYLE.PLAIN && isUnsafe(layout.node.value)) layout.style = SCALAR_STYLE.DOUBLE_QUOTED;
  },
  ...Object.values(DEFAULT_SCALAR_STYLE_RULES),
];
