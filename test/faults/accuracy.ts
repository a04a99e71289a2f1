import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checks } from "../../src/checks/registry.ts";
import type { TrapSet } from "../traps/trap.ts";
import type { Fault } from "./fault.ts";
import { type Result, readResult } from "./recording.ts";

const file = join(import.meta.dirname, "../../docs/ACCURACY.md");

interface Row {
  readonly faults: readonly Fault[];
  readonly result: Result | null;
}

/** All that is run. */
interface Suite {
  readonly faults: readonly Fault[];
  readonly pairs: readonly (readonly Fault[])[];
  readonly trapSets: readonly TrapSet[];
  readonly healthySets: readonly TrapSet[];
}

/** Writes docs/ACCURACY.md from the last result of every fault, pair and set of traps, whichever run it is from. */
export async function writeAccuracy({ faults, pairs, trapSets, healthySets }: Suite): Promise<void> {
  const rowOf = async (of: readonly Fault[]): Promise<Row> => ({
    faults: of,
    result: await readResult(of.map(({ name }) => name).join("+")),
  });
  const single = await Promise.all(faults.map((fault) => rowOf([fault])));
  const double = await Promise.all(pairs.map(rowOf));
  const text = `# Accuracy

Written by \`npm run faults\`: real clusters, broken on purpose, one line a fault. A fault counts as named right when the first finding of the report has the id, the severity and the subject that the fault's author wrote down before; another error or warning beside it is told in its line. Where a finding prints changing commands, they are run as printed, and a healthy report is asked for. Each run is kept in \`test/faults/recorded\` and replayed by \`npm test\`.

${totals("Faults", single)}
${totals("Two faults at once", double)}

## Faults

${table(single)}

## Two faults at once

Both must be root causes, before anything else that is said.

${table(double)}

## Traps

What looks like a fault and is none, set up in a healthy lab: no finding of severity error or warning may follow.

${await quiet(trapSets)}

${trapSets.flatMap(({ traps }) => traps.map(({ name, story }) => `- \`${name}\`: ${story}`)).join("\n")}

## Healthy clusters

Every CNI of the lab with each mode of kube-proxy, and dual-stack: no finding of severity error or warning, no prediction that a packet disproves.

${await quiet(healthySets)}
`;
  await writeFile(file, text);
}

/** A line a set: what it said, which must be nothing. */
async function quiet(sets: readonly TrapSet[]): Promise<string> {
  const lines = sets.map(async ({ name }) => {
    const result = await readResult(name);
    const other = result?.problems.join("; ") ?? "";
    return `- ${name}: ${result === null ? "not run" : result.said || other || "silent"}`;
  });
  return (await Promise.all(lines)).join("\n");
}

function totals(title: string, rows: readonly Row[]): string {
  const results = rows.flatMap(({ result }) => (result === null ? [] : [result]));
  const count = (naming: Result["naming"]): number => results.filter((result) => result.naming === naming).length;
  const right = count("named first");
  const share = results.length === 0 ? "" : ` (${Math.round((right / results.length) * 1000) / 10} %)`;
  const fixes = results.filter(({ fix }) => fix !== "not one command");
  const healed = fixes.filter(({ fix }) => fix === "healthy after its command").length;
  const left = results.reduce((sum, result) => sum + result.left, 0);
  return [
    `**${title}**: ${results.length} of ${rows.length} run; ${right} named first${share}`,
    `${count("named, not first")} named but not first`,
    `${count("wrong first")} wrong first`,
    `${count("silent")} silent; objects left behind: ${left}; healthy after the commands of the finding: ${healed} of ${fixes.length}.\n`,
  ].join(", ");
}

const head = "| what was broken | lab | finding | asked by | result | fix |\n| --- | --- | --- | --- | --- | --- |";

function table(rows: readonly Row[]): string {
  return [head, ...rows.map(line)].join("\n");
}

function line({ faults, result }: Row): string {
  const [first] = faults;
  const lab = Object.entries(first?.lab ?? {})
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(", ");
  const findings = faults.map(({ expect }) => `\`${expect.id}\``).join(", ");
  const asked = [...new Set(faults.map(({ expect }) => checkOf(expect.id)))].join(", ");
  const naming =
    result === null
      ? "not run"
      : result.problems.length === 0 || result.naming !== "named first"
        ? result.naming
        : `${result.naming}; ${result.problems.length} other problems`;
  const fix = result === null || result.fix === "not one command" ? "" : result.fix;
  const more = result !== null && result.said.split(", ").length > faults.length;
  const said = result !== null && (more || result.naming !== "named first") ? `: said ${result.said || "nothing"}` : "";
  return `| ${faults.map(({ story }) => story).join(" And: ")} | ${lab} | ${findings} | ${asked} | ${naming}${said} | ${fix} |`;
}

function checkOf(id: string): string {
  return checks.find(({ raises }) => raises.some((type) => type.id === id))?.id ?? "";
}
