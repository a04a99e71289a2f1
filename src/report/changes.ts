import type { Report, ReportedFinding } from "../model/report.ts";
import { findingBlocks, infoLines } from "./finding-block.ts";
import { answerText, signOf } from "./headline.ts";
import { type Line, layoutWidth, paint, penFor, type Terminal } from "./screen.ts";
import { glyph, objectName, styleOf } from "./wording.ts";
import { labelled } from "./wrap.ts";

/** What changed since the run before: a dated answer, what is gone, and the block of each finding that appeared. "" where nothing did. */
export function renderChanges(
  report: Report,
  changes: { readonly appeared: readonly ReportedFinding[]; readonly gone: readonly ReportedFinding[] },
  terminal: Terminal,
): string {
  const { appeared, gone } = changes;
  if (appeared.length === 0 && gone.length === 0) return "";
  const pen = penFor(terminal);
  const sign = signOf(report);
  const when = report.cluster.takenAt === undefined ? "" : `${report.cluster.takenAt.slice(0, 19)}Z`;
  const head: Line = [
    pen(`${glyph(sign, terminal)} ${answerText(report)}`, styleOf(sign)),
    pen(when === "" ? "" : `   ${when}`, "faint"),
  ];
  const lines = gone.flatMap(({ id, subject }) =>
    labelled(
      {
        indent: 2,
        label: pen(`${glyph("good", terminal)} gone`, "good"),
        labelWidth: 9,
        width: layoutWidth(terminal),
      },
      `${id}   ${objectName(subject)}`,
      pen,
    ),
  );
  const fresh = { ...report, findings: appeared };
  return paint(
    [[], head, ...lines, ...findingBlocks(fresh, terminal, "brief"), ...infoLines(fresh, terminal)],
    terminal,
  );
}
