import type { Report } from "../model/report.ts";
import { inModelOrder } from "./key-order.ts";
import { escapeInDocument } from "./sanitize.ts";

/** The report as docs/report.schema.json describes it: two blanks of indentation, keys in the order of the model. */
export function renderJson(report: Report): string {
  return escapeInDocument(`${JSON.stringify(report, inModelOrder, 2)}\n`);
}
