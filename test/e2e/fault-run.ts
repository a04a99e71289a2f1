import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../faults/fault.ts";
import type { Lab } from "../faults/lab.ts";
import type { Result } from "../faults/recording.ts";
import { upWithWorkload, waitUntilHealthy } from "../faults/workload.ts";
import { judge } from "./naming.ts";
import { type JsonReport, netdoctor, reportOf, serious, startNetdoctor } from "./netdoctor.ts";
import { runReads } from "./run-reads.ts";
import { runStep, toFillIn } from "./run-step.ts";

export interface FaultRun extends Omit<Result, "left"> {
  /** What of the run is still in the cluster. */
  readonly left: readonly string[];
  /** The bundle the run was saved to. */
  readonly bundle: string;
}

/**
 * Breaks the lab in one way or in several at once, proves that a user is hurt, asks netdoctor live and from the bundle of the same run,
 * heals. With `tryNext` the commands of the findings are run as printed: those that read, and where one command is the whole fix, that,
 * which takes another check.
 */
export async function runFault(
  faults: readonly Fault[],
  lab: Lab,
  directory: string,
  tryNext: boolean,
): Promise<FaultRun> {
  // What the last fault healed is healthy, workload and all.
  await upWithWorkload(lab);
  const broken: Fault[] = [];
  try {
    for (const fault of faults) {
      broken.push(fault);
      await fault.setUp?.(lab);
      await fault.inject(lab);
    }
    for (const fault of faults) await fault.prove(lab);
    const bundle = join(directory, `${runName(faults)}.tar.gz`);
    return await ask(faults, lab, bundle, tryNext, () => heal(broken, lab));
  } finally {
    await heal(broken, lab);
    if (faults.some((fault) => fault.heal === "lab-down")) await lab.down();
  }
}

/** More than three at once are a trial, not a run to be kept by its name. */
export const runName = (faults: readonly Fault[]): string =>
  faults.length > 3 ? "together" : faults.map(({ name }) => name).join("+");

/** Heals what is broken, once; all of it at the same time, for each waits until the whole cluster is healthy. */
async function heal(broken: Fault[], lab: Lab): Promise<void> {
  const healed = await Promise.allSettled(
    broken.splice(0).map((fault) => (fault.heal === "lab-down" ? undefined : fault.heal(lab))),
  );
  for (const { status, ...rest } of healed) if (status === "rejected" && "reason" in rest) throw rest.reason;
}

async function ask(
  faults: readonly Fault[],
  lab: Lab,
  bundle: string,
  tryNext: boolean,
  healAll: () => Promise<void>,
): Promise<FaultRun> {
  const kubeconfig = await lab.kubeconfig();
  const started = performance.now();
  const running = startNetdoctor(kubeconfig, ["check", "-o", "json", "--quiet", "--save", bundle]);
  await firstOutput(running);
  const seconds = (performance.now() - started) / 1000;
  // All that the run has left to do is to wait for its namespace; the lab is healed meanwhile.
  const [live] = await Promise.all([running, tryNext ? undefined : healAll()]);
  const report = reportOf({ exitCode: live.exitCode ?? -1, stdout: live.stdout, stderr: live.stderr, seconds });
  const unread = tryNext ? await runReads(faults, report, lab) : [];
  const steps = wholeFix(faults, report);
  const untried = { fix: steps === null ? "not one command" : "not tried", problems: [] } as const;
  const fix = tryNext && steps !== null ? await fixAndAsk(steps, lab) : untried;
  await healAll().catch((cause: unknown) =>
    fix.fix === "healthy after its command" ? undefined : Promise.reject(cause),
  );
  const named = judge(faults, report);
  const offline = await netdoctor(kubeconfig, ["check", "-o", "json", "--bundle", bundle]);
  const left = await leftInTheEnd(lab);
  const exitCode = faults.some(({ expect }) => expect.severity === "error") ? 1 : 0;
  const problems = [
    ...named.problems,
    ...unread,
    ...fix.problems,
    ...(live.exitCode === exitCode ? [] : [`exit code ${live.exitCode} instead of ${exitCode}: ${live.stderr}`]),
    ...(offline.stdout === live.stdout ? [] : ["the bundle of the run gives another report than the run"]),
    ...left,
  ];
  return { ...named, fix: fix.fix, left, problems, seconds: Math.round(seconds * 10) / 10, bundle };
}

type Step = JsonReport["findings"][number]["next"][number];

/** The changing commands of the expected findings, in order, where each has some and all can be run as they stand; null otherwise. */
function wholeFix(faults: readonly Fault[], { findings }: JsonReport): readonly Step[] | null {
  const steps = faults.map(({ expect, fixTakesMore }) => {
    const named = fixTakesMore === undefined ? findings.filter(({ id }) => id === expect.id) : [];
    return named.flatMap(({ next }) => next.filter(({ effect }) => effect === "changes"));
  });
  const cannotRun = steps.flat().some(({ run }) => toFillIn.test(run) || interactive.test(run));
  return cannotRun || steps.some(({ length }) => length === 0) ? null : steps.flat();
}
const interactive = /^kubectl .*\bedit\b/;

/** Resolves when the program has begun to print, or has ended without. */
async function firstOutput(running: ReturnType<typeof startNetdoctor>): Promise<void> {
  await Promise.race([once(running.stdout, "data"), running]);
}

/** Runs the commands as they are printed, and asks for a report without error or warning. */
async function fixAndAsk(
  steps: readonly Step[],
  lab: Lab,
): Promise<{ readonly fix: Result["fix"]; readonly problems: readonly string[] }> {
  let said = "";
  try {
    for (const step of steps) await runStep(step, lab);
    await waitUntilHealthy(lab);
    for (let round = 0; round < 3; round++) {
      const found = serious(reportOf(await netdoctor(await lab.kubeconfig(), ["check", "-o", "json", "--quiet"])));
      if (found.length === 0) return { fix: "healthy after its command", problems: [] };
      said = found.map(({ id, message }) => `${id}: ${message}`).join("; ");
    }
  } catch (error) {
    said = String(error);
  }
  const problem = `after ${steps.map(({ run }) => run).join("; ")}: ${said}`;
  return { fix: "not healthy after its command", problems: [problem] };
}

/** What is still there some time after the cluster was healed: while an API of it does not answer, no namespace can be deleted whole. */
async function leftInTheEnd(lab: Lab): Promise<readonly string[]> {
  let left = await leftBehind(lab);
  for (let waited = 0; left.length > 0 && waited < 60; waited++) {
    await sleep(1000);
    left = await leftBehind(lab);
  }
  return left;
}

/** What of any run is still in the cluster. */
export async function leftBehind(lab: Pick<Lab, "kubectl">): Promise<readonly string[]> {
  const left = await lab.kubectl([
    "get",
    "namespaces,pods,services",
    "-A",
    "-l",
    "app.kubernetes.io/managed-by=netdoctor",
    "-o",
    "name",
  ]);
  return left === "" ? [] : left.split("\n").map((name) => `left behind: ${name}`);
}
