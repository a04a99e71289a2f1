import { execa } from "execa";
import { binaries, type Lab } from "../faults/lab.ts";

interface Step {
  readonly run: string;
  readonly onNode: string | null;
}

/** A word that the reader has to fill in, as POD_PID. */
export const toFillIn = /\b[A-Z]+_[A-Z_]+\b/;

/** Runs a command of a report as a person would: pasted into a shell, on the Node where it says so. Rejects when it fails. */
export async function runStep({ run, onNode }: Step, lab: Lab, path = process.env.PATH): Promise<string> {
  if (onNode !== null) return lab.node(onNode, ["sh", "-c", run]);
  const env = { KUBECONFIG: await lab.kubeconfig(), PATH: `${path}:${binaries}` };
  return (await execa("sh", ["-c", run], { env, timeout: 60_000 })).stdout;
}
