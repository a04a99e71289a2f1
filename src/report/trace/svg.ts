import type { TracedFlow, TraceHop, TraceReport, TraceVerdict, TraceWay } from "../../model/trace.ts";
import { visible } from "../sanitize.ts";
import { wrapCell } from "../wrap.ts";

const LETTER = 7.3;
const LINE = 17;
const BOX_WIDTH = 520;
const BOX_LETTERS = Math.floor((BOX_WIDTH - 24) / LETTER);
const GAP = 26;
const MARGIN = 20;
const WIDTH = BOX_WIDTH + 2 * MARGIN;
const TITLE_LETTERS = Math.floor((WIDTH - 2 * MARGIN) / LETTER);

const COLOURS: Readonly<
  Record<TraceHop["verdict"], { readonly line: string; readonly fill: string; readonly word: string }>
> = {
  passes: { line: "#2e7d32", fill: "#f3f9f3", word: "" },
  stops: { line: "#c62828", fill: "#fdecea", word: "stops here" },
  unknown: { line: "#b26a00", fill: "#fff6e5", word: "cannot be told" },
};
const WORDS: Readonly<Record<TraceVerdict, string>> = { passes: "passes", fails: "fails", unknown: "cannot be told" };

/** The way of the flow that the answer is about, as a picture: one box a hop from top to bottom, one SVG file without script or outside references. */
export function renderTraceSvg(report: TraceReport): string {
  const flow = report.flows[0];
  const way = flow === undefined ? undefined : worstOf(flow);
  const picture = new Picture();
  const title =
    flow === undefined ? `${report.question.from} to ${report.question.to}` : `${flow.title} ${flow.outcome}`;
  picture.text(title, "bold");
  if (way !== undefined) {
    for (const [index, hop] of way.there.entries()) picture.box(hop, index > 0);
    picture.text(backText(way), "normal");
    if (!way.mirrored) for (const [index, hop] of way.back.entries()) picture.box(hop, index > 0);
  }
  for (const { id, message } of report.findings) picture.text(`${id}: ${message}`, "normal");
  return picture.finish(`${WORDS[report.verdict]}: ${title}`);
}

function worstOf({ ways }: TracedFlow): TraceWay | undefined {
  return (
    ways.find(({ verdict }) => verdict === "fails") ?? ways.find(({ verdict }) => verdict === "unknown") ?? ways[0]
  );
}

function backText({ back, mirrored, verdict }: TraceWay): string {
  if (mirrored) return "back: the same way in the other direction";
  return back.length === 0 ? `back: ${verdict === "passes" ? "from outside, not followed" : "not reached"}` : "back:";
}

class Picture {
  readonly #parts: string[] = [];
  #y = MARGIN;

  text(text: string, weight: "bold" | "normal"): void {
    for (const line of wrapCell(visible(text), TITLE_LETTERS)) {
      this.#y += LINE;
      this.#parts.push(`<text x="${MARGIN}" y="${this.#y}" font-weight="${weight}">${escaped(line)}</text>`);
    }
    this.#y += LINE / 2;
  }

  box({ place, devices, actions, verdict }: TraceHop, linked: boolean): void {
    const { line, fill, word } = COLOURS[verdict];
    const head = [place, ...(devices.length === 0 ? [] : [devices.join(" ↔ ")])].join("   ");
    const lines = [head, ...actions.map((action) => `  ${action}`), ...(word === "" ? [] : [word])].flatMap((text) =>
      wrapCell(visible(text), BOX_LETTERS),
    );
    const top = this.#y + (linked ? GAP : 4);
    if (linked) this.#arrow(this.#y, top, line);
    const height = lines.length * LINE + 14;
    this.#parts.push(
      `<rect x="${MARGIN}" y="${top}" width="${BOX_WIDTH}" height="${height}" rx="6" fill="${fill}" stroke="${line}" stroke-width="${verdict === "passes" ? 1 : 2.5}"/>`,
      ...lines.map((text, index) => {
        const weight = index === 0 ? ' font-weight="bold"' : "";
        const indent = text.startsWith(" ") ? 28 : 12;
        return `<text x="${MARGIN + indent}" y="${top + 6 + (index + 1) * LINE - 3}"${weight}>${escaped(text.trimStart())}</text>`;
      }),
    );
    this.#y = top + height;
  }

  finish(title: string): string {
    const height = Math.ceil(this.#y + MARGIN);
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="monospace" font-size="12">`,
      `<title>${escaped(visible(title))}</title>`,
      `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
      ...this.#parts,
      "</svg>\n",
    ].join("\n");
  }

  #arrow(from: number, to: number, colour: string): void {
    const x = WIDTH / 2;
    this.#parts.push(
      `<path d="M ${x} ${from} L ${x} ${to - 6} M ${x - 5} ${to - 8} L ${x} ${to - 1} L ${x + 5} ${to - 8}" fill="none" stroke="${colour}" stroke-width="1.5"/>`,
    );
  }
}

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => escapes[character] ?? character);
