import { known, type Learned, unknown } from "../../model/learned.ts";

/**
 * /proc/net/stat/nf_conntrack: one line of hexadecimal numbers a CPU → column name → sum. `entries` is the whole table's size, the same in
 * every line (kernel, ct_cpu_seq_show), and not summed. Never throws.
 */
export function parseConntrackStat(text: string): Learned<ReadonlyMap<string, number>> {
  const [header = "", ...rows] = text.split("\n").filter((line) => line.trim() !== "");
  const names = header.trim().split(/\s+/);
  if (names[0] !== "entries") return unknown("unparsable", 'no header line "entries …"');
  const sums = new Map<string, number>();
  for (const [index, row] of rows.entries()) {
    const values = row.trim().split(/\s+/);
    if (values.length !== names.length || !values.every((value) => /^[0-9a-f]{1,13}$/i.test(value))) {
      return unknown("unparsable", `line ${index + 2}: expected ${names.length} hexadecimal numbers`);
    }
    for (const [column, name] of names.entries()) {
      const value = Number.parseInt(values[column] ?? "0", 16);
      sums.set(name, name === "entries" ? value : (sums.get(name) ?? 0) + value);
    }
  }
  return sums.size === 0 ? unknown("unparsable", "no line of numbers") : known(sums);
}
