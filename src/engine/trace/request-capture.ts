import * as v from "valibot";
import type { Capture, Captures } from "../../model/capture.ts";
import { known } from "../../model/learned.ts";
import type { TraceQuestion } from "../../model/trace.ts";
import type { NameAnswer } from "./ends.ts";

const id = "trace/request";
const schema = v.object({
  question: v.object({
    from: v.string(),
    to: v.string(),
    namespace: v.string(),
    port: v.nullable(v.number()),
    protocol: v.nullable(v.picklist(["tcp", "udp", "icmp", "sctp"])),
    family: v.nullable(v.picklist(["IPv4", "IPv6"])),
  }),
  answer: v.nullable(v.object({ name: v.string(), address: v.string() })),
});

/** What a trace was asked, and what its name turned out to be. */
export interface TraceRecord {
  readonly question: TraceQuestion;
  readonly answer: NameAnswer | null;
}

export function requestCapture(record: TraceRecord, takenAt: string): Capture {
  return { id, command: "kubectl netdoctor trace", takenAt, result: known(JSON.stringify(record)) };
}

/** The trace that a bundle was made by; null where it was made by another command. */
export function readRequest(captures: Captures): TraceRecord | null {
  const result = captures.get(id)?.result;
  if (result === undefined || !result.known) return null;
  try {
    const parsed = v.safeParse(schema, JSON.parse(result.value));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}

export function sameQuestion(a: TraceQuestion, b: TraceQuestion): boolean {
  return (["from", "to", "namespace", "port", "protocol", "family"] as const).every((key) => a[key] === b[key]);
}
