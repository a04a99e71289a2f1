import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Fault } from "../faults/fault.ts";
import type { Lab } from "../faults/lab.ts";
import { type JsonReport, program } from "./netdoctor.ts";
import { runStep, toFillIn } from "./run-step.ts";

/** The lab lacks a tool that Nodes and people have (crictl, systemctl, ping). */
const lacking = /\bsh: \d+: \S+: not found\b|has not been booted with systemd|No journal files were found/;
/** What a person is to see is that something is not there, or cannot be reached. */
const absent =
  /No such file or directory|[Dd]oes not exist|\(NotFound\)|RTNETLINK answers: |previous terminated container|server can't find/;
/** These say by exit code 1 that they found nothing, or that something is wrong. */
const tellsByExitCode = /^(?:grep|nslookup|kubectl netdoctor) /;

/** A command that fails as it should where something is broken, as against one that nobody could run. */
const isAnswer = (run: string, error: string): boolean =>
  lacking.test(error) || absent.test(error) || (tellsByExitCode.test(run) && /exit code 1\b/.test(error));

/** Runs the reading commands of the expected findings as they are printed, and tells of each that fails; those with a word to fill in are left out. */
export async function runReads(faults: readonly Fault[], report: JsonReport, lab: Lab): Promise<readonly string[]> {
  const ids = faults.map(({ expect }) => expect.id);
  const steps = report.findings
    .filter(({ id }) => ids.includes(id))
    .flatMap(({ next }) => next.filter(({ effect, run }) => effect === "reads" && !toFillIn.test(run)));
  const directory = await mkdtemp(join(tmpdir(), "netdoctor-plugin-"));
  await symlink(program, join(directory, "kubectl-netdoctor"));
  const path = `${directory}${delimiter}${process.env.PATH}`;
  const failures = await Promise.all(
    steps.map((step) =>
      runStep(step, lab, path).then(
        () => [],
        (error: unknown) => (isAnswer(step.run, String(error)) ? [] : [`cannot be run: ${step.run}: ${String(error)}`]),
      ),
    ),
  );
  await rm(directory, { recursive: true });
  return failures.flat();
}
