import { known, type Learned, unknown } from "../../model/learned.ts";
import type { Process } from "../../model/node.ts";

/** Lines `PID STATE (COMM)<tab>ARG0 ARG1 …`: arguments that hold blanks come apart. A kernel thread has none. Never throws. */
export function parseProcesses(text: string): Learned<readonly Process[]> {
  const processes: Process[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const [, pid, state = "", name = "", args = ""] = /^(\d+) (\S) \(([^\t]*)\)(?:\t(.*))?$/.exec(line) ?? [];
    if (pid === undefined) return unknown("unparsable", `line ${index + 1}: expected "PID STATE (COMM)<tab>ARGS"`);
    processes.push({ pid: Number(pid), name, state, args: args.split(" ").filter((word) => word !== "") });
  }
  return known(processes);
}
