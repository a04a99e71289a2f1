/**
 * `npm run faults [-- --lab A,B] [--save DIRECTORY] [--record] [--pairs] [--traps] [--healthy] [--missing] [name...]`: real faults in real clusters. Needs root and
 * the lab (test/lab). Without names or a choice everything runs: faults, pairs, traps, and every kind of lab as it is. --record keeps the runs for the replay in
 * `npm test` anew, --missing leaves out those that are kept; those that were never kept are kept in any case. --together breaks all that are named at once, --keep leaves the labs up.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { inLanes, type Job } from "../test/e2e/lanes.ts";
import { writeAccuracy } from "../test/faults/accuracy.ts";
import type { Fault } from "../test/faults/fault.ts";
import { pairs } from "../test/faults/pairs.ts";
import { isRecorded, keepRecording, keepResult } from "../test/faults/recording.ts";
import { faults } from "../test/faults/registry.ts";
import { healthySets } from "../test/traps/healthy.ts";
import { trapSets } from "../test/traps/registry.ts";
import type { TrapSet } from "../test/traps/trap.ts";
import { bundle } from "./build.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    lab: { type: "string", default: "faultsa,faultsb" },
    save: { type: "string" },
    record: { type: "boolean", default: false },
    pairs: { type: "boolean", default: false },
    traps: { type: "boolean", default: false },
    healthy: { type: "boolean", default: false },
    together: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
    missing: { type: "boolean", default: false },
  },
});
const byName = new Map(faults.map((fault) => [fault.name, fault]));
const strange = positionals.filter((name) => !byName.has(name));
if (strange.length > 0) throw new Error(`no such fault: ${strange.join(", ")}`);

const directory = await mkdtemp(join(tmpdir(), "netdoctor-faults-"));
const bundles = values.save ?? directory;
// One program from beginning to end, whatever is edited meanwhile: NETDOCTOR_PROGRAM's, or a build of its own.
if (process.env.NETDOCTOR_PROGRAM === undefined) {
  await bundle(directory);
  process.env.NETDOCTOR_PROGRAM = join(directory, "cli.cjs");
}
const { runFault, runName } = await import("../test/e2e/fault-run.ts");
const { runTraps } = await import("../test/e2e/trap-run.ts");

const everything = positionals.length === 0 && !values.pairs && !values.traps && !values.healthy;
const both = pairs.map((pair) => pair.flatMap((name) => byName.get(name) ?? []));
const single = everything ? faults : faults.filter(({ name }) => positionals.includes(name));
const all: readonly Job[] = [
  ...(values.together ? [single] : single.map((fault) => [fault])).map(faultJob),
  ...(everything || values.pairs ? both : []).map(faultJob),
  ...(everything || values.traps ? trapSets : []).map(quietJob),
  ...(everything || values.healthy ? healthySets : []).map(quietJob),
];
const jobs = all.filter(({ name }) => !values.missing || !isRecorded(name));
const labs = values.lab.split(",");
const counts = new Map<string, number>();
try {
  await inLanes(jobs, labs);
} finally {
  await writeAccuracy({ faults, pairs: both, trapSets, healthySets });
  if (!values.keep) await Promise.all(labs.map(takeDown));
  await rm(directory, { recursive: true, force: true });
}
console.log([...counts].map(([naming, count]) => `${count} ${naming}`).join(", "));
process.exitCode = [...counts.keys()].every((naming) => naming === "right") ? 0 : 1;

function faultJob(together: readonly Fault[]): Job {
  const name = runName(together);
  return {
    name,
    lab: together[0]?.lab ?? {},
    run: (lab) => counted(name, () => runFault(together, lab, bundles, true), lab),
  };
}

function quietJob(set: TrapSet): Job {
  const { name, lab: settings } = set;
  return { name, lab: settings, run: (lab) => counted(name, () => runTraps(set, lab, bundles), lab) };
}

/** Runs, prints a line, keeps what came of it. A run that ends with an error leaves the lab in nobody knows what state. */
async function counted(
  name: string,
  run: () => ReturnType<typeof runFault>,
  lab: Parameters<Job["run"]>[0],
): Promise<void> {
  const start = performance.now();
  const took = () => `${((performance.now() - start) / 1000).toFixed(0)} s in all`;
  try {
    const { bundle: saved, left, ...result } = await run();
    const right = result.problems.length === 0;
    count(right ? "right" : result.naming === "named first" ? "named first with other problems" : result.naming);
    console.log(
      `${right ? "ok     " : "WRONG  "} ${name}: ${result.naming}, ${result.seconds} s, ${left.length} left, ${result.fix} (${took()})\n          said: ${result.said || "nothing"}`,
    );
    for (const problem of result.problems) console.log(`          ${problem}`);
    if (name === "together") return;
    await keepResult(name, { ...result, left: left.length });
    if (right && (values.record || !isRecorded(name))) await keepRecording(saved, name);
  } catch (error) {
    count("could not be run");
    console.log(`FAILED  ${name} (${took()})\n          ${String(error).replaceAll("\n", "\n          ")}`);
    await lab.down();
  }
}

function count(what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

async function takeDown(name: string): Promise<void> {
  const { Lab } = await import("../test/faults/lab.ts");
  await new Lab(name).down();
}
