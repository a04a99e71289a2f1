import { DEFAULT_SCALAR_STYLE_RULES, dump, SCALAR_STYLE } from "js-yaml";
import type { TraceReport } from "../../model/trace.ts";
import { escapeInDocument, isUnsafe } from "../sanitize.ts";
import { traceOrder } from "./json.ts";

/** The same document as JSON output, in YAML 1.2. Text that a terminal would act on is double-quoted and escaped. */
export function renderTraceYaml(report: TraceReport): string {
  const ordered: unknown = JSON.parse(JSON.stringify(report, traceOrder));
  return escapeInDocument(dump(ordered, { noRefs: true, lineWidth: -1, scalarStyleRules }));
}

type Rules = NonNullable<NonNullable<Parameters<typeof dump>[1]>["scalarStyleRules"]>;

const scalarStyleRules: Rules = [
  (layout) => {
    if (layout.style === SCALAR_STYLE.PLAIN && isUnsafe(layout.node.value)) layout.style = SCALAR_STYLE.DOUBLE_QUOTED;
  },
  ...Object.values(DEFAULT_SCALAR_STYLE_RULES),
];
