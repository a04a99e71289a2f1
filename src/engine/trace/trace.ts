import { readBundle } from "../../bundle/read.ts";
import { connect } from "../../collect/api/connection.ts";
import type { ConnectionOptions } from "../../collect/api/connection-options.ts";
import { keptSessions } from "../../collect/session/kept.ts";
import { closeSession } from "../../collect/session/session.ts";
import type { Captures } from "../../model/capture.ts";
import { known, type Learned, unknown } from "../../model/learned.ts";
import type { TraceQuestion, TraceReport } from "../../model/trace.ts";
import { removeExpired } from "../kept-sessions.ts";
import { collectTrace, type TraceOptions } from "./collect.ts";
import { concludeTrace } from "./conclude.ts";
import type { NodePods } from "./node-pods.ts";
import { readRequest } from "./request-capture.ts";

/** A question whose ends may stand in the bundle, and whose namespace may be the context's. */
export interface Asked extends Omit<TraceQuestion, "from" | "to" | "namespace"> {
  readonly from: string | null;
  readonly to: string | null;
  readonly namespace: string | null;
}
export interface TraceRequest extends Omit<TraceOptions, "question" | "kept"> {
  readonly bundle: string | null;
  readonly connection: ConnectionOptions;
  readonly asked: Asked;
  /** Called with what a trace that failed or was stopped could not delete. */
  readonly onLeft: (left: readonly string[]) => void;
}
export interface Traced {
  readonly report: TraceReport;
  readonly captures: Captures;
  /** Node Pods that stay for later traces. */
  readonly kept: { readonly namespace: string; readonly pods: number; readonly until: string } | null;
  /** What could not be deleted. To be awaited before the program ends. */
  readonly cleaned: Promise<readonly string[]>;
}
/** wrong-question: the person must ask otherwise; unusable: the bundle cannot be read. */
export type TraceAnswer =
  | { readonly kind: "traced"; readonly traced: Traced }
  | { readonly kind: "wrong-question"; readonly message: string }
  | { readonly kind: "unusable"; readonly message: string };

const cleanupMs = 60_000;

/** Answers how a packet goes from one end to the other. Throws AccessError where the cluster cannot be used. */
export async function trace(request: TraceRequest): Promise<TraceAnswer> {
  return request.bundle === null ? traceLive(request) : traceBundle(request.bundle, request.asked);
}

async function traceBundle(file: string, asked: Asked): Promise<TraceAnswer> {
  const bundle = await readBundle(file);
  if (!bundle.known) return { kind: "unusable", message: bundle.detail };
  const { captures } = bundle.value;
  const question = questionFor(captures, asked);
  if (!question.known) return { kind: "wrong-question", message: question.detail };
  const report = concludeTrace(captures, question.value);
  if (!report.known) return { kind: "wrong-question", message: report.detail };
  const cleaned = Promise.resolve([]);
  return { kind: "traced", traced: { report: report.value, captures, kept: null, cleaned } };
}

/** What was left out is taken from the trace that made the bundle. */
function questionFor(captures: Captures, asked: Asked): Learned<TraceQuestion> {
  const made = readRequest(captures)?.question;
  const { from, to } = asked;
  if (from === null || to === null) {
    return made === undefined ? unknown("failed", "name both ends: this bundle was not made by `trace`") : known(made);
  }
  const namespace = asked.namespace ?? made?.namespace ?? "default";
  return known({ ...asked, from, to, namespace });
}

async function traceLive(request: TraceRequest): Promise<TraceAnswer> {
  const { asked, signal, pods, now } = request;
  const { from, to } = asked;
  if (from === null || to === null) return { kind: "wrong-question", message: "name both ends: trace FROM TO" };
  const connection = await connect(request.connection, { signal });
  const question = { ...asked, from, to, namespace: asked.namespace ?? connection.namespace };
  let created: string | null = null;
  let expired: Promise<readonly string[]> = Promise.resolve([]);
  const onNamespace = (namespace: string): void => {
    created = namespace;
    request.onNamespace(namespace);
  };
  const close = async (): Promise<readonly string[]> => {
    const own =
      created === null ? [] : closeSession(connection, created, cleanupMs, AbortSignal.timeout(cleanupMs + 5000));
    return (await Promise.all([own, expired])).flat();
  };
  try {
    const listed = pods === null ? known([]) : await keptSessions(connection, signal);
    const kept = listed.known ? listed.value : [];
    expired = removeExpired(connection, kept, now());
    const collected = await collectTrace(connection, { ...request, question, kept, onNamespace });
    if (!collected.known) {
      request.onLeft(await close());
      await connection.close();
      return { kind: "wrong-question", message: collected.detail };
    }
    const { captures, report, nodePods } = collected.value;
    const stays = stayingPods(nodePods);
    const cleaned = (stays === null ? close() : expired).finally(() => connection.close());
    return { kind: "traced", traced: { report, captures, kept: stays, cleaned } };
  } catch (cause) {
    request.onProgress("deleting the run's Pods");
    const left = await close();
    if (left.length > 0) request.onLeft(left);
    await connection.close();
    throw cause;
  }
}

function stayingPods(nodePods: NodePods | null): Traced["kept"] {
  if (nodePods === null || nodePods.keptUntil === null) return null;
  const { session, keptUntil } = nodePods;
  return { namespace: session.namespace, pods: session.nodePods.size, until: keptUntil };
}
