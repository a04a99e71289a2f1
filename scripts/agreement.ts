/**
 * `npm run agreement [-- --lab NAME] [--flows N] [--seed N] [fault...]`: random flows in real clusters, healthy and broken, each predicted
 * from what was read and then sent. Needs root and the lab. Writes docs/AGREEMENT.md when nothing was left out.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Lab } from "../test/faults/lab.ts";
import { faults } from "../test/faults/registry.ts";
import { upWithWorkload } from "../test/faults/workload.ts";
import { type Answered, LabReader } from "../test/path/agreement/lab-reader.ts";
import { setUps } from "../test/path/agreement/set-ups.ts";
import { summary, type Tried } from "../test/path/agreement/summary.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    lab: { type: "string", default: "agreement" },
    flows: { type: "string", default: "30" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});
const seed = Number(values.seed);
const tried: Tried[] = [];
const failed: string[] = [];
const wanted = (name: string): boolean => positionals.length === 0 || positionals.includes(name);
console.log(`seed ${seed}, ${values.flows} flows a set-up`);
for (const { lab: settings, faults: names } of setUps) {
  const chosen = names.filter(wanted);
  if (chosen.length === 0) continue;
  const lab = new Lab(values.lab, settings);
  await upWithWorkload(lab);
  const reader = await LabReader.open(lab);
  try {
    for (const name of chosen) {
      await tryOne(lab, reader, name).catch((error: unknown) => {
        failed.push(name);
        console.log(`FAILED  ${name}: ${String(error)}`);
      });
    }
  } finally {
    await reader.close();
  }
}
await new Lab(values.lab).down();
const { text, ratio, judged } = summary(tried, seed);
console.log(text);
if (positionals.length === 0) await writeFile(join(import.meta.dirname, "../docs/AGREEMENT.md"), text);
if (failed.length > 0) console.log(`not tried: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 && ratio >= 0.99 && (judged >= 500 || positionals.length > 0) ? 0 : 1;

/** Breaks, reads, predicts, sends, heals. */
async function tryOne(lab: Lab, reader: LabReader, name: string): Promise<void> {
  const fault = faults.find((one) => one.name === name);
  if (fault === undefined && name !== "") throw new Error(`no such fault: ${name}`);
  let answered: readonly Answered[] = [];
  try {
    await fault?.setUp?.(lab);
    await fault?.inject(lab);
    await fault?.prove(lab);
    answered = await reader.answers(seed + tried.length, Number(values.flows));
  } finally {
    if (fault !== undefined && fault.heal !== "lab-down") await fault.heal(lab);
  }
  tried.push({ setUp: lab.settings, fault: name, answered });
  const disagreeing = answered.filter(({ comparison }) => comparison.kind === "disagree");
  const agreeing = answered.filter(({ comparison }) => comparison.kind === "agree");
  console.log(
    `${disagreeing.length === 0 ? "ok     " : "DIFFERS"} ${name || "healthy"}: ${agreeing.length} agree, ${disagreeing.length} disagree, ${answered.length - agreeing.length - disagreeing.length} not judged`,
  );
  for (const { flow, comparison } of disagreeing) console.log(`          ${flow}: ${JSON.stringify(comparison)}`);
}
