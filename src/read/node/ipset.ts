import { known, type Learned, unknown } from "../../model/learned.ts";
import type { Ipset } from "../../model/node.ts";

/** `ipset save`: set name → type and members, each member with its options as printed ("10.0.0.0/8 nomatch"). Never throws. */
export function parseIpset(text: string): Learned<ReadonlyMap<string, Ipset>> {
  const sets = new Map<string, { type: string; members: string[] }>();
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (line === "") continue;
    const [, verb, name = "", rest = ""] = /^(create|add)\s+(\S+)\s+(.+)$/.exec(line) ?? [];
    if (verb === "create") sets.set(name, { type: rest.split(/\s+/)[0] ?? "", members: [] });
    else if (verb === "add" && sets.has(name)) sets.get(name)?.members.push(rest);
    else
      return unknown(
        "unparsable",
        `line ${index + 1}: expected "create SET TYPE" or "add SET MEMBER" of a created set`,
      );
  }
  return known(sets);
}
