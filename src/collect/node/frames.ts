import { known, type Learned, unknown } from "../../model/learned.ts";

/** The framed answer of node.sh or probe.sh: section name → its text, or why there is none. */
export interface Framed {
  readonly sections: ReadonlyMap<string, Learned<string>>;
  /** False when the program did not reach its end: what is missing was not collected. */
  readonly complete: boolean;
}

/**
 * Splits a program's output at its frames. Only lines that begin with this run's nonce are frames, so text read from the cluster cannot
 * forge one. Never throws.
 */
export function parseFrames(output: string, nonce: string): Framed {
  const sections = new Map<string, Learned<string>>();
  const marker = `\n@@${nonce}\t`;
  const parts = `\n${output}`.split(marker);
  let complete = false;
  for (let index = 1; index < parts.length; index++) {
    const part = parts[index] ?? "";
    if (part.startsWith("complete")) complete = true;
    if (!part.startsWith("begin\t")) continue;
    const newline = part.indexOf("\n");
    const name = part.slice("begin\t".length, newline === -1 ? undefined : newline);
    const text = newline === -1 ? "" : part.slice(newline + 1);
    sections.set(name, answer(text, parts[index + 1] ?? ""));
  }
  return { sections, complete };
}

function answer(text: string, next: string): Learned<string> {
  const end = /^end\t(\d+)\t([^\n]*)/.exec(next);
  if (end === null) return unknown("timed-out", "the program ended in the middle of this section");
  const [, code = "", errors = ""] = end;
  switch (Number(code)) {
    case 0:
      return known(text);
    case 66:
      return unknown("failed", errors === "" ? "does not exist" : errors);
    case 124:
    case 143:
      return unknown("timed-out", errors === "" ? "the command took too long" : errors);
    case 127:
      return unknown("no-tool", errors);
    default:
      return unknown("failed", errors === "" ? `exit code ${code}` : errors);
  }
}
