import type { Report } from "../model/report.ts";
import { page } from "./page.ts";
import type { Terminal } from "./screen.ts";

/** The default form: what the person woken at night needs, in 80 columns. */
export function renderTable(report: Report, terminal: Terminal): string {
  return page(report, terminal, "brief");
}
