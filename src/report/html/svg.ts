import { markupLine } from "../markup.ts";

/** Columns of monospaced text of 11 px in so many pixels. */
const COLUMN_PX = 6.7;

export const rect = (x: number, y: number, width: number, height: number, className: string): string =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="4" class="${className}"/>`;

export const line = (x1: number, y1: number, x2: number, y2: number, className = "wire"): string =>
  `<path d="M${x1} ${y1}L${x2} ${y2}" class="${className}"/>`;

/** Text that fits in `room` pixels; what is cut here stands whole in its title, and in the tables of the page. */
export function label(
  x: number,
  y: number,
  words: string,
  { room = Number.POSITIVE_INFINITY, className = "", anchor = "start" } = {},
): string {
  const most = Math.max(4, Math.floor(room / COLUMN_PX));
  const letters = [...words];
  const shown = letters.length <= most ? words : `${letters.slice(0, most - 1).join("")}…`;
  const title = shown === words ? "" : `<title>${markupLine(words)}</title>`;
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" class="${className}">${markupLine(shown)}${title}</text>`;
}

/** A numbered mark that leads to its finding on the page. */
export function badge(x: number, y: number, number: number, sign: string, severity: string): string {
  const words = `${sign}${number}`;
  const width = 10 + 7 * [...words].length;
  return [
    `<a href="#finding-${number}"><g class="badge ${severity}"><rect x="${x - width}" y="${y}" width="${width}" height="16" rx="8"/>`,
    `<text x="${x - width / 2}" y="${y + 12}" text-anchor="middle">${markupLine(words)}</text>`,
    `<title>${severity}: finding ${number}</title></g></a>`,
  ].join("");
}
export const badgeWidth = (number: number): number => 14 + 7 * (1 + String(number).length);
