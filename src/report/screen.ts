import stringWidth from "string-width";
import { visible, visibleAscii } from "./sanitize.ts";

/** What a human format needs to know of where it is shown. */
export interface Terminal {
  readonly width: number;
  readonly color: boolean;
  readonly unicode: boolean;
}

export type Style = "plain" | "strong" | "faint" | "error" | "warning" | "info" | "good";
export interface Span {
  readonly text: string;
  readonly style: Style;
}
export type Line = readonly Span[];
/** Makes a span whose text is safe to print and as wide as it will be; every human format writes through one. */
export type Pen = (text: string, style?: Style) => Span;

/** A line longer than this is hard to read, however wide the screen. */
const WIDEST = 120;
const NARROWEST = 40;

/** The columns to lay out in. */
export function layoutWidth(terminal: Terminal): number {
  return Math.max(NARROWEST, Math.min(WIDEST, Math.floor(terminal.width) || WIDEST));
}

export function penFor(terminal: Terminal): Pen {
  const safe = terminal.unicode ? visible : visibleAscii;
  return (text, style = "plain") => ({ text: safe(text), style });
}

export const textWidth = (text: string): number => stringWidth(text);
export const lineWidth = (line: Line): number => line.reduce((sum, span) => sum + textWidth(span.text), 0);
export const padEnd = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - textWidth(text)));

const SGR: Readonly<Record<Style, string>> = {
  plain: "",
  strong: "1",
  faint: "2",
  error: "1;31",
  warning: "1;33",
  info: "36",
  good: "32",
};

/** Lines as text, each ended by a newline; colour only where the terminal takes it, trailing blanks never. */
export function paint(lines: readonly Line[], terminal: Terminal): string {
  return lines.map((line) => `${paintLine(line, terminal)}\n`).join("");
}

function paintLine(line: Line, terminal: Terminal): string {
  const text = line.map((span) => paintSpan(span, terminal)).join("");
  return terminal.color ? text : text.trimEnd();
}

function paintSpan({ text, style }: Span, terminal: Terminal): string {
  const safe = visible(text);
  const code = SGR[style];
  return !terminal.color || code === "" || safe.trim() === "" ? safe : `\u001b[${code}m${safe}\u001b[0m`;
}
