import type { Hop, Walk } from "../model/flow.ts";
import type { Position, Trace } from "./trace.ts";

/**
 * The verdict of a walk. Doubt on whether the packet came this way at all (`may-change`) takes the ground from a stop;
 * doubt on whether it was dropped before (`may-stop`) does not: it ends either way.
 */
export function conclude(trace: Trace, end: Position, destination: string): Walk {
  const changed = trace.doubts.find(({ kind }) => kind === "may-change");
  const [first] = trace.doubts;
  if (end.at === "stopped" && changed === undefined && end.evidence.length > 0) {
    const evidence = [...end.evidence, ...trace.evidence];
    return { ...walk(trace, destination, "stopped", null), stop: end.stop, evidence };
  }
  if (end.at === "stopped") return walk(trace, destination, "unknown", changed?.reason ?? "no fact shows it");
  if (end.at === "unknown") return walk(trace, destination, "unknown", end.reason);
  return walk(trace, destination, first === undefined ? "passes" : "unknown", first?.reason ?? null);
}

function walk(trace: Trace, destination: string, verdict: Walk["verdict"], unknown: string | null): Walk {
  return {
    verdict,
    direction: trace.direction,
    destination,
    ...(trace.sourceTranslated === null ? {} : { sourceTranslated: trace.sourceTranslated }),
    ...(trace.programs.length === 0 ? {} : { programs: trace.programs }),
    hops: verdict === "passes" ? trace.hops : withEnd(trace.hops, verdict === "stopped" ? "stops" : "unknown"),
    stop: null,
    evidence: trace.evidence,
    unknown,
  };
}

/** The last hop that was seen is where it stopped, or where it is lost from sight. */
function withEnd(hops: readonly Hop[], verdict: "stops" | "unknown"): readonly Hop[] {
  return hops.map((hop, index) => (index === hops.length - 1 ? { ...hop, verdict } : hop));
}
