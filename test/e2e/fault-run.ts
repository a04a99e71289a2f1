import { once } from "node:events";
import { join } from "node:path";
import type { Fault } from "../faults/fault.ts";
import type { Lab } from "../faults/lab.ts";
import { setUpWorkload } from "../faults/workload.ts";
import { type JsonReport, netdoctor, reportOf, serious, startNetdoctor, subjectText } from "./netdoctor.ts";

export interface FaultRun {
  readonly naming: "named first" | "named, not first" | "wrong first" | "silent";
  /** What was named first, and what else. */
  readonly said: string;
  /** Until the report was printed. */
  readonly seconds: number;
  /** Everything that is not as it must be; empty = the fault is named right. */
  readonly problems: readonly string[];
}

/** Breaks the lab, proves that a user is hurt, asks netdoctor live and from the bundle of the same run, heals. */
export async function runFault(fault: Fault, lab: Lab, directory: string): Promise<FaultRun> {
  await lab.up();
  await setUpWorkload(lab);
  await fault.setUp?.(lab);
  await fault.inject(lab);
  let healing: Promise<void> | null = null;
  const heal = (): Promise<void> => {
    healing ??= fault.heal === "lab-down" ? Promise.resolve() : fault.heal(lab);
    return healing;
  };
  try {
    await fault.prove(lab);
    const kubeconfig = await lab.kubeconfig();
    const bundle = join(directory, `${fault.name}.tar.gz`);
    const started = performance.now();
    const running = startNetdoctor(kubeconfig, ["check", "-o", "json", "--quiet", "--save", bundle]);
    await firstOutput(running);
    const seconds = (performance.now() - started) / 1000;
    // All that the run has left to do is to wait for its namespace; the lab is healed meanwhile.
    const [live] = await Promise.all([running, heal()]);
    const offline = await netdoctor(kubeconfig, ["check", "-o", "json", "--bundle", bundle]);
    const named = judge(
      fault,
      reportOf({ exitCode: live.exitCode ?? -1, stdout: live.stdout, stderr: live.stderr, seconds }),
    );
    const problems = [
      ...named.problems,
      ...(live.exitCode === 1 ? [] : [`exit code ${live.exitCode} instead of 1: ${live.stderr}`]),
      ...(offline.stdout === live.stdout ? [] : ["the bundle of the run gives another report than the run"]),
      ...(await leftBehind(lab)),
    ];
    return { ...named, problems, seconds };
  } finally {
    await heal();
    if (fault.heal === "lab-down") await lab.down();
  }
}

/** Resolves when the program has begun to print, or has ended without. */
async function firstOutput(running: ReturnType<typeof startNetdoctor>): Promise<void> {
  await Promise.race([once(running.stdout, "data"), running]);
}

function judge({ expect, absent = [] }: Fault, report: JsonReport): Omit<FaultRun, "seconds"> {
  const subject = `${expect.kind} ${expect.namespace === undefined ? "" : `${expect.namespace}/`}${expect.name}`;
  const found = serious(report);
  const at = found.findIndex(
    ({ id, severity, subject: about }) =>
      id === expect.id && subjectText(about) === subject && severity === expect.severity,
  );
  const naming = at === 0 ? "named first" : at > 0 ? "named, not first" : found.length > 0 ? "wrong first" : "silent";
  return {
    naming,
    said: found.map(({ id, subject: about, confidence }) => `${id} ${subjectText(about)} (${confidence})`).join(", "),
    problems: [
      ...(at === 0 ? [] : [`${naming}: expected ${expect.id} ${subject}`]),
      ...found.filter(({ id }) => absent.includes(id)).map(({ id }) => `says ${id}, which is wrong here`),
      ...report.disagreements.map(
        ({ flow, predicted, observed }) => `predicted ${predicted}, observed ${observed}: ${flow}`,
      ),
    ],
  };
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
