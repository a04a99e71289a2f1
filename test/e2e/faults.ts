/** `node test/e2e/faults.ts [--lab NAME] [--save DIRECTORY] [fault...]`: every fault, or those named, in the lab; one line each. */
import { parseArgs } from "node:util";
import { Lab } from "../faults/lab.ts";
import { faults } from "../faults/registry.ts";
import { runFault } from "./fault-run.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { lab: { type: "string", default: "e2e" }, save: { type: "string" } },
});
let failed = 0;
for (const fault of faults.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
  const lab = new Lab(values.lab, fault.lab);
  try {
    const run = await runFault(fault, lab, values.save ?? null);
    if (run.naming !== "named first" || run.problems.length > 0) failed++;
    console.log(
      `${run.naming.padEnd(17)} ${fault.name.padEnd(34)} ${run.seconds.toFixed(1)} s  ${run.first}${run.problems.map((problem) => `\n    ${problem}`).join("")}`,
    );
  } catch (error) {
    failed++;
    console.log(`${"not run".padEnd(17)} ${fault.name.padEnd(34)} ${String(error).slice(0, 400)}`);
    await lab.down();
  }
}
process.exitCode = failed === 0 ? 0 : 1;
