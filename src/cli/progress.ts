import type { Output } from "./terminal.ts";

/** What a run tells about itself while it lasts. */
export interface Progress {
  /** What is being done now: "reading 3 Nodes". */
  step(text: string): void;
  /** A lasting line above the spinner: a warning, or a thing done. */
  note(text: string): void;
  /** Takes the spinner off the screen; safe to call twice. */
  end(): void;
}

const SPINNER_MS = 100;
const PLAIN_LINE_MS = 10_000;
const FRAMES = { unicode: ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"], ascii: ["|", "/", "-", "\\"] } as const;
const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";
const CLEAR_LINE = "\r\u001b[2K";

/**
 * Progress on stderr: one moving line on a terminal, a plain line every 10 s elsewhere (a CI log), nothing with --quiet. Notes
 * are shown in every case. Its timers never keep the process alive.
 */
export function createProgress(
  output: Output,
  options: { readonly quiet: boolean; readonly dumb?: boolean },
): Progress {
  if (options.quiet) return new QuietProgress(output);
  return output.isTerminal && options.dumb !== true ? new SpinnerProgress(output) : new PlainProgress(output);
}

class QuietProgress implements Progress {
  readonly #output: Output;
  constructor(output: Output) {
    this.#output = output;
  }
  step(): void {}
  note(text: string): void {
    this.#output.stream.write(`${oneLine(text)}\n`);
  }
  end(): void {}
}

class PlainProgress implements Progress {
  readonly #output: Output;
  readonly #started = performance.now();
  #text = "";
  #timer: NodeJS.Timeout | null = null;
  constructor(output: Output) {
    this.#output = output;
  }
  step(text: string): void {
    this.#text = text;
    this.#timer ??= setInterval(() => this.#print(), PLAIN_LINE_MS).unref();
  }
  note(text: string): void {
    this.#output.stream.write(`${oneLine(text)}\n`);
  }
  end(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
  #print(): void {
    this.#output.stream.write(`netdoctor: ${oneLine(this.#text)} (${secondsSince(this.#started)} s)\n`);
  }
}

class SpinnerProgress implements Progress {
  readonly #output: Output;
  readonly #frames: readonly string[];
  readonly #started = performance.now();
  #text = "";
  #frame = 0;
  #timer: NodeJS.Timeout | null = null;
  /** A second Ctrl-C ends the process at once; the cursor must come back then too. */
  readonly #onExit = (): void => this.end();
  constructor(output: Output) {
    this.#output = output;
    this.#frames = output.unicode ? FRAMES.unicode : FRAMES.ascii;
  }
  step(text: string): void {
    this.#text = text;
    if (this.#timer === null) {
      this.#output.stream.write(HIDE_CURSOR);
      process.once("exit", this.#onExit);
      this.#timer = setInterval(() => this.#draw(), SPINNER_MS).unref();
    }
    this.#draw();
  }
  note(text: string): void {
    this.#output.stream.write(`${this.#timer === null ? "" : CLEAR_LINE}${oneLine(text)}\n`);
    if (this.#timer !== null) this.#draw();
  }
  end(): void {
    if (this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
    process.off("exit", this.#onExit);
    this.#output.stream.write(`${CLEAR_LINE}${SHOW_CURSOR}`);
  }
  #draw(): void {
    this.#frame = (this.#frame + 1) % this.#frames.length;
    const text = `${this.#frames[this.#frame]} ${oneLine(this.#text)} ${secondsSince(this.#started)} s`;
    // A line that reaches the last column wraps, and is then not cleared whole.
    this.#output.stream.write(`${CLEAR_LINE}${text.slice(0, Math.max(1, this.#output.width - 1))}`);
  }
}

const secondsSince = (start: number): number => Math.round((performance.now() - start) / 1000);
const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
