import { join } from "node:path";
import { execa } from "execa";
import * as v from "valibot";

const program = join(import.meta.dirname, "../../bin/run.js");

export interface Run {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/** Runs the built program as a user would. Never rejects for an exit code. */
export async function netdoctor(kubeconfig: string, argv: readonly string[]): Promise<Run> {
  const start = performance.now();
  const ended = await execa(process.execPath, [program, ...argv], {
    env: { KUBECONFIG: kubeconfig, COLUMNS: "100" },
    reject: false,
    timeout: 300_000,
    maxBuffer: 256 * 1024 * 1024,
  });
  return {
    exitCode: ended.exitCode ?? -1,
    stdout: ended.stdout,
    stderr: ended.stderr,
    seconds: (performance.now() - start) / 1000,
  };
}

const findingSchema = v.object({
  id: v.string(),
  severity: v.string(),
  confidence: v.string(),
  message: v.string(),
  subject: v.object({ kind: v.string(), namespace: v.string(), name: v.string() }),
});
const reportSchema = v.object({
  verdict: v.string(),
  findings: v.array(findingSchema),
  incomplete: v.array(v.object({ what: v.string(), reason: v.string(), unlock: v.string() })),
  disagreements: v.array(v.object({ flow: v.string(), predicted: v.string(), observed: v.string() })),
});
export type JsonReport = v.InferOutput<typeof reportSchema>;

/** The report of `-o json`. Rejects with what was printed instead. */
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
