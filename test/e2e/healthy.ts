import { Lab } from "../faults/lab.ts";
import type { TrapSet } from "../traps/trap.ts";
import { must, type Tally } from "./tally.ts";
import { runTraps } from "./trap-run.ts";

/** Each of these labs, with a workload: not one finding of severity error or warning, no prediction that the packet disproves. */
export async function testHealthy(
  tally: Tally,
  sets: readonly TrapSet[],
  labName: string,
  directory: string,
): Promise<void> {
  for (const set of sets) {
    await tally.test(`${set.name}: no error, no warning`, async () => {
      const { problems, seconds } = await runTraps(set, new Lab(labName, set.lab), directory);
      must(problems.length === 0, problems.join("\n"));
      return `check ${seconds.toFixed(1)} s`;
    });
  }
}
