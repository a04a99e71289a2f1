import type { TraceReport } from "../../model/trace.ts";
import { inModelOrder } from "../key-order.ts";
import { escapeInDocument } from "../sanitize.ts";

// The keys of what a trace has and a report has not, in the order of the model.
const SHAPES: readonly (readonly string[])[] = [
  "apiVersion kind verdict question notes cluster flows findings beside disagreements incomplete witness",
  "from to namespace port protocol family",
  "flow predicted observed title verdict basis outcome clientSeen ways",
  "destination verdict there back mirrored end",
  "place devices actions verdict",
  "version nodes seconds",
].map((keys) => keys.split(" "));

/** The trace as docs/trace.schema.json describes it: two blanks of indentation, keys in the order of the model. */
export function renderTraceJson(report: TraceReport): string {
  return escapeInDocument(`${JSON.stringify(report, traceOrder, 2)}\n`);
}

/** A replacer for JSON.stringify. Maps become objects; the keys of all else stand in the order of their type. */
export function traceOrder(key: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const keys = Object.keys(value);
  const shape = SHAPES.find(
    (candidate) => candidate.length === keys.length && keys.every((one) => candidate.includes(one)),
  );
  if (shape === undefined) return inModelOrder(key, value);
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => shape.indexOf(a) - shape.indexOf(b)));
}
