import { connect } from "../../collect/api/connection.ts";
import { keptSessions } from "../../collect/session/kept.ts";
import { known, type Learned, unknown } from "../../model/learned.ts";
import { concernedNodes } from "./collect.ts";
import { plannedNodePods } from "./node-pods.ts";
import type { TraceRequest } from "./trace.ts";

/**
 * Every object that a trace would create, as one List in JSON that kubectl can read too; empty where it would create none. Creates and
 * deletes nothing. Unknown with a sentence for the person where an end is not there. Throws AccessError.
 */
export async function plannedTraceObjects(request: TraceRequest): Promise<Learned<string>> {
  const { asked, pods, signal } = request;
  const { from, to } = asked;
  if (from === null || to === null) return unknown("failed", "name both ends: trace FROM TO");
  const connection = await connect(request.connection, { signal });
  try {
    const question = { ...asked, from, to, namespace: asked.namespace ?? connection.namespace };
    const concerned = await concernedNodes(connection, { ...request, question });
    if (!concerned.known) return concerned;
    const listed = await keptSessions(connection, signal);
    const kept = listed.known ? listed.value : [];
    const items =
      pods === null ? [] : await plannedNodePods(connection, concerned.value.usable, { ...request, pods, kept });
    return known(JSON.stringify({ apiVersion: "v1", kind: "List", items }, null, 2));
  } finally {
    await connection.close();
  }
}
