import { known, type Learned, unknown } from "../../model/learned.ts";
import type { PodNetns } from "../../model/node.ts";

export type NetnsEntry = Pick<PodNetns, "inode" | "pid" | "podUid">;

/** Lines `INODE PID POD-UID`, one a network namespace of a Pod. Never throws. */
export function parseNetns(text: string): Learned<readonly NetnsEntry[]> {
  const entries: NetnsEntry[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const [, inode, pid, podUid] = /^(\d+)\s+(\d+)\s+(\S+)\s*$/.exec(line) ?? [];
    if (inode === undefined || podUid === undefined) {
      return unknown("unparsable", `line ${index + 1}: expected "INODE PID POD-UID"`);
    }
    entries.push({ inode, pid: Number(pid), podUid });
  }
  return known(entries);
}

/** Lines `INODE PATH`: inode → the file that a network namespace is bound to. Lines that are none are left out: the file is only for people. */
export function parseNetnsFiles(text: string): ReadonlyMap<string, string> {
  const rows = text.split("\n").map((line) => /^(\d+) (\/[\w./-]+)$/.exec(line));
  return new Map(rows.flatMap((row) => (row === null ? [] : [[row[1] ?? "", row[2] ?? ""] as const])));
}
