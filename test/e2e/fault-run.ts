import type { Fault } from "../faults/fault.ts";
import type { Lab } from "../faults/lab.ts";
import { setUpWorkload } from "../faults/workload.ts";
import { type JsonReport, netdoctor, reportOf, subjectText } from "./netdoctor.ts";

export type Naming = "named first" | "named, not first" | "wrong first" | "silent";
export interface FaultRun {
  readonly fault: string;
  readonly naming: Naming;
  readonly seconds: number;
  readonly first: string;
  readonly problems: readonly string[];
}

/** Breaks the lab, proves that a user is hurt, asks netdoctor, heals. Rejects only where the fault itself could not be made or undone. */
export async function runFault(fault: Fault, lab: Lab, save: string | null): Promise<FaultRun> {
  await lab.up();
  await setUpWorkload(lab);
  await fault.setUp?.(lab);
  await fault.inject(lab);
  try {
    await fault.prove(lab);
    const kubeconfig = await lab.kubeconfig();
    const run = await netdoctor(kubeconfig, ["check", "-o", "json", "--quiet"]);
    if (save !== null) await netdoctor(kubeconfig, ["collect", "-f", `${save}/${fault.name}.tar.gz`, "--quiet"]);
    const report = reportOf(run);
    return {
      fault: fault.name,
      seconds: run.seconds,
      ...judge(fault, report, run.exitCode),
      ...{ problems: [...judge(fault, report, run.exitCode).problems, ...(await leftBehind(lab))] },
    };
  } finally {
    await (fault.heal === "lab-down" ? lab.down() : fault.heal(lab));
  }
}

function judge(
  fault: Fault,
  { findings, disagreements }: JsonReport,
  exitCode: number,
): Pick<FaultRun, "naming" | "first" | "problems"> {
  const { expect, absent = [] } = fault;
  const subject = `${expect.kind} ${expect.namespace === undefined ? "" : `${expect.namespace}/`}${expect.name}`;
  const bad = findings.filter(({ severity }) => severity !== "info");
  const at = bad.findIndex(
    (finding) =>
      finding.id === expect.id && subjectText(finding.subject) === subject && finding.severity === expect.severity,
  );
  const naming: Naming =
    at === 0 ? "named first" : at > 0 ? "named, not first" : bad.length > 0 ? "wrong first" : "silent";
  const wrong = bad.filter(({ id }) => absent.includes(id)).map(({ id }) => `must not say ${id}`);
  const first = bad[0];
  return {
    naming,
    first:
      first === undefined
        ? ""
        : `${first.id} ${subjectText(first.subject)} (${first.confidence})${
            bad.length > 1
              ? ` +${bad
                  .slice(1)
                  .map(({ id, subject: other }) => `${id} ${other.name}`)
                  .join(", ")}`
              : ""
          }`,
    problems: [
      ...wrong,
      ...(exitCode === 1 ? [] : [`exit code ${exitCode}`]),
      ...disagreements.map(({ flow, predicted }) => `disagrees: ${flow}: ${predicted}`),
    ],
  };
}

/** What of the run is still in the cluster. */
export async function leftBehind(lab: Lab): Promise<readonly string[]> {
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
