import type { Fault } from "./fault.ts";
import { Lab } from "./lab.ts";
import { faults } from "./registry.ts";
import { setUpWorkload } from "./workload.ts";

/** Tries faults without netdoctor: `node test/faults/try.ts [name...]`, in the lab named by LAB_NAME (default: faults). */
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !faults.some((fault) => fault.name === name));
if (unknown.length > 0) throw new Error(`no such fault: ${unknown.join(", ")}`);

const labName = process.env.LAB_NAME ?? "faults";
for (const fault of faults.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const lab = new Lab(labName, fault.lab);
  try {
    console.log(`ok      ${fault.name.padEnd(36)}${await tried(fault, lab)}`);
  } catch (error) {
    process.exitCode = 1;
    console.log(`FAILED  ${fault.name.padEnd(36)}${String(error)}`);
    await lab.down();
  }
}

/** Runs the fault's whole life and returns how long each part took. */
async function tried(fault: Fault, lab: Lab): Promise<string> {
  const { heal } = fault;
  const parts: [string, () => Promise<unknown>][] = [
    ["lab", () => lab.up()],
    ["workload", () => setUpWorkload(lab)],
    ["set up", async () => fault.setUp?.(lab)],
    ["inject", () => fault.inject(lab)],
    ["prove", () => fault.prove(lab)],
    ["heal", () => (heal === "lab-down" ? lab.down() : heal(lab))],
  ];
  const times: string[] = [];
  for (const [part, run] of parts) {
    const start = performance.now();
    await run();
    times.push(`${part} ${((performance.now() - start) / 1000).toFixed(1)} s`);
  }
  return times.join("  ");
}
