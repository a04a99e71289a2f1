import { join } from "node:path";
import type { Lab } from "../faults/lab.ts";
import { upWithWorkload, waitUntilHealthy } from "../faults/workload.ts";
import type { Trap, TrapSet } from "../traps/trap.ts";
import { type FaultRun, leftBehind } from "./fault-run.ts";
import { netdoctor, reportOf, serious, subjectText } from "./netdoctor.ts";

/** Sets up every trap of a set in a healthy lab and asks once: silence is right, with everything looked at. */
export async function runTraps(set: TrapSet, lab: Lab, directory: string): Promise<FaultRun> {
  await upWithWorkload(lab);
  const standing: Trap[] = [];
  try {
    for (const trap of set.traps) {
      standing.push(trap);
      await trap.setUp(lab);
    }
    await waitUntilHealthy(lab);
    const bundle = join(directory, `${set.name}.tar.gz`);
    const run = await netdoctor(await lab.kubeconfig(), ["check", "-o", "json", "--quiet", "--save", bundle]);
    const report = reportOf(run);
    const found = serious(report);
    const left = await leftBehind(lab);
    return {
      naming: found.length === 0 ? "named first" : "wrong first",
      said: found.map(({ id, subject }) => `${id} ${subjectText(subject)}`).join(", "),
      seconds: Math.round(run.seconds * 10) / 10,
      fix: "not one command",
      left,
      bundle,
      problems: [
        ...found.map(({ id, subject, message }) => `false alarm: ${id} ${subjectText(subject)}: ${message}`),
        ...report.incomplete.map(({ what, reason }) => `not looked at: ${what}: ${reason}`),
        ...(found.length > 0 || run.exitCode === 0 ? [] : [`exit code ${run.exitCode}: ${run.stderr}`]),
        ...report.disagreements.map(
          ({ flow, predicted, observed }) => `predicted ${predicted}, observed ${observed}: ${flow}`,
        ),
        ...left,
      ],
    };
  } finally {
    for (const trap of standing.toReversed()) await trap.tearDown(lab);
  }
}
