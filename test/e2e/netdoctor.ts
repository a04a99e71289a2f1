import { join } from "node:path";
import { execa } from "execa";
import * as v from "valibot";

/** The built program; a suite that takes an hour has a build of its own, so that it is one program all the time. */
export const program = process.env.NETDOCTOR_PROGRAM ?? join(import.meta.dirname, "../../bin/run.js");

export interface Run {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/** Starts the built program as a user would; for what interrupts it. */
export function startNetdoctor(kubeconfig: string, argv: readonly string[]) {
  const env = { KUBECONFIG: kubeconfig, COLUMNS: "100", LANG: "C.UTF-8" };
  return execa(process.execPath, [program, ...argv], {
    env,
    reject: false,
    timeout: 300_000,
    maxBuffer: 256 * 1024 * 1024,
  });
}

/** Runs the built program to its end. Never rejects for an exit code. */
export async function netdoctor(kubeconfig: string, argv: readonly string[]): Promise<Run> {
  const start = performance.now();
  const { exitCode, stdout, stderr } = await startNetdoctor(kubeconfig, argv);
  return {
    exitCode: exitCode ?? -1,
    stdout: text(stdout),
    stderr: text(stderr),
    seconds: (performance.now() - start) / 1000,
  };
}
const text = (output: unknown): string => (typeof output === "string" ? output : "");

const subjectSchema = v.object({ kind: v.string(), namespace: v.string(), name: v.string() });
const findingSchema = v.object({
  id: v.string(),
  severity: v.string(),
  confidence: v.string(),
  message: v.string(),
  subject: subjectSchema,
  next: v.array(v.object({ run: v.string(), effect: v.string(), onNode: v.nullable(v.string()) })),
});
const reportSchema = v.object({
  verdict: v.string(),
  findings: v.array(findingSchema),
  incomplete: v.array(v.object({ what: v.string(), reason: v.string(), unlock: v.string() })),
  disagreements: v.array(v.object({ flow: v.string(), predicted: v.string(), observed: v.string() })),
});
export type JsonReport = v.InferOutput<typeof reportSchema>;

/** The report of `-o json`. Throws with what was printed instead. */
export function reportOf(run: Run): JsonReport {
  try {
    return v.parse(reportSchema, JSON.parse(run.stdout));
  } catch (cause) {
    throw new Error(`no report (exit code ${run.exitCode}): ${run.stderr.slice(0, 600) || run.stdout.slice(0, 300)}`, {
      cause,
    });
  }
}

export function subjectText({ kind, namespace, name }: JsonReport["findings"][number]["subject"]): string {
  return `${kind} ${namespace === "" ? "" : `${namespace}/`}${name}`;
}

/** Findings that would wake somebody. */
export const serious = ({ findings }: JsonReport): JsonReport["findings"] =>
  findings.filter(({ severity }) => severity !== "info");
