/** `node test/e2e/faults.ts [--lab NAME] [--save DIRECTORY] [fault...]`: the faults named, or all, in the lab; a line each. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Fault } from "../faults/fault.ts";
import { Lab } from "../faults/lab.ts";
import { faults } from "../faults/registry.ts";
import { runFault } from "./fault-run.ts";
import { Tally } from "./tally.ts";

/** One test a fault: passed when it is named right, first, live and offline, and nothing is left behind. */
export async function testFaults(
  tally: Tally,
  wanted: Iterable<Fault>,
  labName: string,
  directory: string,
): Promise<void> {
  for (const fault of wanted) {
    const lab = new Lab(labName, fault.lab);
    const passed = await tally.test(`fault ${fault.name}`, async () => {
      const { said, problems, seconds } = await runFault([fault], lab, directory, false);
      if (problems.length > 0) throw new Error([...problems, `said: ${said}`].join("\n"));
      return `reported after ${seconds.toFixed(1)} s: ${said}`;
    });
    // A fault that was not healed would spoil the next.
    if (!passed) await lab.down();
  }
}

if (process.argv[1] === import.meta.filename) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { lab: { type: "string", default: "e2e" }, save: { type: "string" } },
  });
  const tally = new Tally();
  const wanted = faults.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  await testFaults(tally, wanted, values.lab, values.save ?? (await mkdtemp(join(tmpdir(), "netdoctor-"))));
  console.log(`${tally.passed} passed, ${tally.failed} failed`);
  process.exitCode = tally.failed === 0 ? 0 : 1;
}
