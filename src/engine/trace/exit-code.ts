import type { TraceReport } from "../../model/trace.ts";
import { exitCodes } from "../exit-code.ts";

/** 0 passes, 1 fails, 4 could not be told. */
export function traceExitCode({ verdict }: TraceReport): number {
  if (verdict === "fails") return exitCodes.findings;
  return verdict === "passes" ? exitCodes.ok : exitCodes.incomplete;
}
