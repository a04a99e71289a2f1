import { type Line, lineWidth, type Pen, padEnd, type Span, textWidth } from "./screen.ts";

/**
 * Breaks text at blanks into lines of at most `width` columns; blanks at its start indent every line. A longer word stays
 * whole: names are copied, not read.
 */
export function wrapWords(text: string, width: number): readonly string[] {
  const lead = /^ */.exec(text)?.[0] ?? "";
  const words = text.slice(lead.length).split(" ");
  return filled(words, width - lead.length, " ").map((line) => lead + line);
}

/** Joins parts by " · " and breaks between parts; only a part that is longer than a line is broken inside. */
export function wrapParts(parts: readonly string[], width: number, separator: string): readonly string[] {
  return filled(parts, width, separator).flatMap((line) => wrapWords(line, width));
}

/** As many parts on a line as fit, and at least one. */
function filled(parts: readonly string[], width: number, separator: string): readonly string[] {
  const lines: string[] = [];
  let line: string | null = null;
  for (const part of parts) {
    const longer: string = line === null ? part : `${line}${separator}${part}`;
    if (line !== null && textWidth(longer) > width) {
      lines.push(line);
      line = part;
    } else {
      line = longer;
    }
  }
  return [...lines, line ?? ""];
}

/** As wrapWords, but a word longer than the width is cut, after a separator where there is one: for cells of a table. */
export function wrapCell(text: string, width: number): readonly string[] {
  return wrapWords(text, width).flatMap((line) => (textWidth(line) <= width ? [line] : cutLine(line, width)));
}

function cutLine(line: string, width: number): readonly string[] {
  const parts: string[] = [];
  let rest = [...line];
  while (textWidth(rest.join("")) > width) {
    const end = cutAt(rest, width);
    parts.push(rest.slice(0, end).join(""));
    rest = rest.slice(end);
  }
  return rest.length === 0 ? parts : [...parts, rest.join("")];
}

function cutAt(characters: readonly string[], width: number): number {
  let end = 1;
  while (end < characters.length && textWidth(characters.slice(0, end + 1).join("")) <= width) end += 1;
  for (let at = end; at > end / 2; at -= 1) if (/[-/.,:_]/.test(characters[at - 1] ?? "")) return at;
  return end;
}

/** A label of fixed width before lines that start under each other. */
export interface Labelled {
  readonly indent: number;
  readonly label: Span;
  readonly labelWidth: number;
  readonly width: number;
}

/** Each text is wrapped at its blanks; a list of texts is wrapped between them, " · " apart. */
export function labelled(form: Labelled, text: string | readonly string[], pen: Pen): readonly Line[] {
  const { indent, label, labelWidth, width } = form;
  const margin = indent + labelWidth;
  const room = Math.max(20, width - margin);
  const lines =
    typeof text === "string"
      ? wrapWords(pen(text).text, room)
      : wrapParts(
          text.map((part) => pen(part).text),
          room,
          pen(" · ").text,
        );
  return lines.map((line, index) => [
    pen(" ".repeat(index === 0 ? indent : margin)),
    ...(index === 0 ? [{ ...label, text: padEnd(label.text, labelWidth) }] : []),
    pen(line),
  ]);
}

/** Two texts on one line, the second at the right edge; below, broken between its parts, where both do not fit. */
export function spread(
  left: Line,
  right: { readonly parts: readonly string[]; readonly style: Span["style"] },
  width: number,
  pen: Pen,
): readonly Line[] {
  const parts = right.parts.map((part) => pen(part).text);
  const separator = pen(" · ").text;
  const whole = pen(parts.join(separator), right.style);
  const gap = width - lineWidth(left) - lineWidth([whole]);
  if (gap >= 2) return [[...left, pen(" ".repeat(gap)), whole]];
  return [left, ...wrapParts(parts, width - 2, separator).map((text) => [pen("  "), pen(text, right.style)])];
}
