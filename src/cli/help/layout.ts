import { wrapWords } from "../../report/wrap.ts";

const PROGRAM = "kubectl netdoctor";
const WIDEST_LEFT = 28;
/** Below this a column of text is hard to read: it stands under its head then. */
const NARROWEST_RIGHT = 30;

/** Text of several paragraphs, an empty line apart; single line ends within one are blanks. */
export function paragraphs(text: string, width: number, indent: number): readonly string[] {
  const pad = " ".repeat(indent);
  return text
    .trim()
    .split(/\n\s*\n/)
    .flatMap((paragraph, index) => [
      ...(index === 0 ? [] : [""]),
      ...wrapWords(paragraph.replace(/\s*\n\s*/g, " "), width - indent).map((line) => pad + line),
    ]);
}

/** Left words, and beside them wrapped text; left words that are too long have their line. */
export function twoColumns(rows: readonly (readonly [string, string])[], width: number): readonly string[] {
  const fitting = rows.map(([left]) => left.length).filter((length) => length <= WIDEST_LEFT);
  const left = Math.min(WIDEST_LEFT, Math.max(0, ...fitting)) + 4;
  if (width - left < NARROWEST_RIGHT)
    return rows.flatMap(([head, text]) => [`  ${head}`, ...paragraphs(text, width, 6)]);
  return rows.flatMap(([head, text]) => {
    const [first = "", ...rest] = paragraphs(text, width - left, 0);
    const pad = " ".repeat(left);
    const start = `  ${head}`;
    return start.length + 2 > left
      ? [start, ...[first, ...rest].filter((line) => line !== "").map((line) => pad + line)]
      : [`${start.padEnd(left)}${first}`.trimEnd(), ...rest.map((line) => pad + line)];
  });
}

export type Example = string | { readonly description: string; readonly command: string };

/** As kubectl prints examples: a comment, and under it the line to type. */
export function examplesOf(examples: readonly Example[] | string, name: string, width: number): readonly string[] {
  const list: readonly Example[] = typeof examples === "string" ? [examples] : examples;
  return list.flatMap((example, index) => {
    const { description, command } = typeof example === "string" ? { description: "", command: example } : example;
    const comment = description === "" ? [] : wrapWords(description, width - 4).map((line) => `  # ${line}`);
    const apart = index > 0 && (comment.length > 0 || typeof list[index - 1] !== "string") ? [""] : [];
    return [...apart, ...comment, `  ${filledIn(command, name)}`];
  });
}

/** oclif's placeholders. */
const filledIn = (command: string, name: string): string =>
  command.replaceAll("<%= config.bin %>", PROGRAM).replaceAll("<%= command.id %>", name.slice(PROGRAM.length + 1));
