import type { Capture, Captures } from "../model/capture.ts";
import { known } from "../model/learned.ts";

const merged = ["pods", "services", "endpointslices", "events"] as const;

/** Puts the run's own objects, read when the probes started, in the place of what the cluster-wide lists caught of them while they were made. */
export function mergeRunObjects(captures: Captures): Captures {
  const result = new Map(captures);
  const own = runNamespaces(captures);
  for (const plural of merged) {
    const listed = captures.get(`api/${plural}`);
    const session = captures.get(`session/${plural}`);
    if (listed === undefined || !listed.result.known || session === undefined || !session.result.known) continue;
    const others = objects(listed.result.value).filter((object) => !own.has(namespaceOf(object)));
    const value = JSON.stringify([...others, ...objects(session.result.value)]);
    result.set(listed.id, { ...listed, result: known(value) } satisfies Capture);
  }
  return result;
}

/** The namespaces of this run and of runs that were killed: what is in them is ours, not the cluster's. */
export function runNamespaces(captures: Captures): ReadonlySet<string> {
  const run = captures.get("session/run");
  const namespaces = captures.get("api/namespaces");
  const left = namespaces?.result.known
    ? objects(namespaces.result.value).flatMap((object) => {
        const labels = at(at(object, "metadata"), "labels");
        return at(labels, "app.kubernetes.io/managed-by") === "netdoctor"
          ? [String(at(at(object, "metadata"), "name"))]
          : [];
      })
    : [];
  const own = run?.result.known ? at(parse(run.result.value), "namespace") : undefined;
  return new Set([...left, ...(typeof own === "string" ? [own] : [])]);
}

function objects(text: string): readonly unknown[] {
  const value = parse(text);
  return Array.isArray(value) ? value : [];
}
function namespaceOf(object: unknown): string {
  const namespace = at(at(object, "metadata"), "namespace");
  return typeof namespace === "string" ? namespace : "";
}
function at(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
