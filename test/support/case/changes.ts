import { load } from "js-yaml";
import * as v from "valibot";

/**
 * changes.yaml: the fault as the lines in which it differs from the recorded cluster.
 *   - {in: node/node2/iptables-nft, replace: ":FORWARD ACCEPT", with: ":FORWARD DROP"}
 *   - {in: node/node2/route4, drop: '"dst":"10.244.0.0/24"'}          the whole line that holds it; in JSON lists the row
 *   - {in: node/node2/iptables-nft, after: ":INPUT ACCEPT", add: "-A …"}
 */
const changeSchema = v.union([
  v.strictObject({ in: v.string(), replace: v.string(), with: v.string() }),
  v.strictObject({ in: v.string(), drop: v.string() }),
  v.strictObject({ in: v.string(), after: v.string(), add: v.string() }),
]);
type Change = v.InferOutput<typeof changeSchema>;

/** Applies changes in order. Throws where the text that a change names is not there exactly once: the case would not be what it says. */
export function applyChanges(yaml: string, texts: Map<string, string>): void {
  for (const change of v.parse(v.array(changeSchema), load(yaml))) {
    const text = texts.get(change.in);
    if (text === undefined) throw new Error(`changes.yaml: there is no capture ${change.in}`);
    texts.set(change.in, changed(change, text));
  }
}

function changed(change: Change, text: string): string {
  if ("replace" in change) {
    once(text, change.replace, change.in);
    return text.split(change.replace).join(change.with);
  }
  if ("drop" in change) {
    once(text, change.drop, change.in);
    const left = text.split("\n").filter((line) => !line.includes(change.drop));
    return left.join("\n").replace(/,\n\]/, "\n]");
  }
  once(text, change.after, change.in);
  const lines = text.split("\n").flatMap((line) => (line.includes(change.after) ? [line, change.add] : [line]));
  return lines.join("\n");
}

function once(text: string, part: string, where: string): void {
  const times = text.split(part).length - 1;
  if (times !== 1) throw new Error(`changes.yaml: ${JSON.stringify(part)} stands ${times} times in ${where}`);
}
