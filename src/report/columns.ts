import Table from "cli-table3";
import { type Line, layoutWidth, type Pen, padEnd, penFor, type Terminal, textWidth } from "./screen.ts";
import { wrapCell, wrapWords } from "./wrap.ts";

export interface Columns {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns of the screen, the indentation included. */
  readonly width: number;
  readonly indent: number;
}

const GAP = 2;
const NARROWEST_COLUMN = 8;
/** cli-table3 takes quadratic time: 0.3 s for 1,000 rows, 6.5 s for 5,000. */
const MOST_ROWS_FOR_CLI_TABLE = 500;

/** A table as kubectl prints one: upper-case header, columns apart by two blanks. Cells that do not fit are wrapped, never cut off. */
export function columns({ header, rows, width, indent }: Columns, pen: Pen): readonly Line[] {
  const safe = [header, ...rows].map((row) => row.map((cell) => pen(cell).text));
  const least = header.map((cell) => Math.max(NARROWEST_COLUMN, textWidth(pen(cell).text)));
  const room = least.reduce((sum, each) => sum + each, GAP * (least.length - 1));
  if (room > width - indent) return records(safe, width, indent, pen);
  const widths = narrowed(naturalWidths(safe), least, width - indent);
  const wrapped = safe.map((row) => row.map((cell, column) => wrapCell(cell, widths[column] ?? NARROWEST_COLUMN)));
  const texts = rows.length <= MOST_ROWS_FOR_CLI_TABLE ? smallTable(wrapped, widths) : largeTable(wrapped, widths);
  return texts.map((text, index) => [pen(" ".repeat(indent)), pen(text, index === 0 ? "faint" : "plain")]);
}

/** For a screen too narrow for all columns: each row as lines of "HEADER  value", an empty line apart. */
function records(rows: readonly (readonly string[])[], width: number, indent: number, pen: Pen): readonly Line[] {
  const [header = [], ...body] = rows;
  const labelWidth = Math.max(...header.map(textWidth)) + GAP;
  return body.flatMap((row, index) => [
    ...(index === 0 ? [] : [[]]),
    ...row.flatMap((cell, column) =>
      cell === ""
        ? []
        : wrapCell(cell, Math.max(NARROWEST_COLUMN, width - indent - labelWidth)).map((text, line) => [
            pen(" ".repeat(indent)),
            pen(padEnd(line === 0 ? (header[column] ?? "") : "", labelWidth), "faint"),
            pen(text),
          ]),
    ),
  ]);
}

/** A table under a title and an empty line; nothing where there are no rows. */
export function titledTable(
  title: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
  terminal: Terminal,
): readonly Line[] {
  if (rows.length === 0) return [];
  const pen = penFor(terminal);
  const width = layoutWidth(terminal);
  const head = wrapWords(pen(title).text, width).map((text) => [pen(text, "strong")]);
  return [[], ...head, ...columns({ header, rows, width, indent: 2 }, pen)];
}

type WrappedRow = readonly (readonly string[])[];

function naturalWidths(rows: readonly (readonly string[])[]): readonly number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 1, textWidth(cell));
  }
  return widths;
}

/** Takes from the widest column that may still give until all fit; none gets narrower than its header. */
function narrowed(natural: readonly number[], least: readonly number[], width: number): readonly number[] {
  const widths = [...natural];
  const room = width - GAP * (widths.length - 1);
  while (widths.reduce((sum, each) => sum + each, 0) > room) {
    const giving = widths.map((each, column) => (each > (least[column] ?? NARROWEST_COLUMN) ? each : 0));
    const widest = Math.max(...giving);
    if (widest === 0) break;
    widths[giving.indexOf(widest)] = widest - 1;
  }
  return widths;
}

const NO_BORDERS = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "",
} as const;

function smallTable(rows: readonly WrappedRow[], widths: readonly number[]): readonly string[] {
  const table = new Table({
    chars: NO_BORDERS,
    style: { "padding-left": 0, "padding-right": GAP, head: [], border: [] },
    colWidths: widths.map((width) => width + GAP),
  });
  table.push(...rows.map((row) => row.map((cell) => cell.join("\n"))));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd());
}

function largeTable(rows: readonly WrappedRow[], widths: readonly number[]): readonly string[] {
  return rows.flatMap((row) => {
    const height = Math.max(1, ...row.map((cell) => cell.length));
    return Array.from({ length: height }, (_, line) =>
      widths
        .map((width, column) => padEnd(row[column]?.[line] ?? "", width))
        .join(" ".repeat(GAP))
        .trimEnd(),
    );
  });
}
