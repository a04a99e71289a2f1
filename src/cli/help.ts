import { commandHelp, type Described } from "./help/command-help.ts";
import { programHelp, topicHelp } from "./help/program-help.ts";

const WIDEST = 80;
const NARROWEST = 40;

/** The help of a command, of a topic, or, for "", of the program; at most 80 columns. */
export function helpFor(id: string, table: Readonly<Record<string, Described>>, columns: number): string {
  const width = helpWidth(columns);
  const command = Object.hasOwn(table, id) ? table[id] : undefined;
  if (command !== undefined) return commandHelp(id, command, width);
  return id === "" ? programHelp(table, width) : topicHelp(id, table, width);
}

export const helpWidth = (columns: number): number => Math.max(NARROWEST, Math.min(WIDEST, columns));
