import { visible } from "./sanitize.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Text for XML or HTML, between tags or in a quoted attribute. Characters that XML 1.0 does not allow (section 2.2) are among
 * those that `visible` spells; line ends of our own texts stay.
 */
export function markup(text: string): string {
  return text
    .split("\n")
    .map((line) => visible(line).replace(/[&<>"'\ufffe\uffff]/g, (character) => ENTITIES[character] ?? "\ufffd"))
    .join("\n");
}

/** As `markup`, for text that a cluster sent: it cannot add a line. */
export const markupLine = (text: string): string => markup(visible(text));
