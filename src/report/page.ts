import type { Report } from "../model/report.ts";
import { findingBlocks, infoLines } from "./finding-block.ts";
import { footer, goodLines, incompleteBlock } from "./footer.ts";
import { countOf, headline } from "./headline.ts";
import { type Line, paint, type Terminal } from "./screen.ts";
import type { Detail } from "./wording.ts";

/** The order of every human page: the answer, what is wrong, the page's own tables, what holds, and what is not known. */
export function page(report: Report, terminal: Terminal, detail: Detail, body: readonly Line[] = []): string {
  const errors = countOf(report, "error");
  const notExamined = incompleteBlock(report, terminal);
  // With nothing found, what was not examined explains the answer: it stands right under it and needs no title.
  const isAnswer = report.verdict === "incomplete" && errors + countOf(report, "warning") === 0;
  const good = errors === 0 || detail === "full" ? goodLines(report, terminal) : [];
  const info = detail === "brief" ? infoLines(report, terminal) : [];
  const sections = [
    findingBlocks(report, terminal, detail).slice(1),
    body,
    [...good, ...info],
    footer(report, terminal),
    isAnswer ? [] : notExamined,
  ];
  const head = [...headline(report, terminal), ...(isAnswer ? notExamined.slice(1) : [])];
  return paint([...head, ...sections.flatMap((section) => (section.length === 0 ? [] : [[], ...section]))], terminal);
}
