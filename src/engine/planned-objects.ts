import { connect } from "../collect/api/connection.ts";
import { clusterNodes } from "../collect/session/cluster-nodes.ts";
import { sessionObjects } from "../collect/session/objects.ts";
import type { Learned } from "../model/learned.ts";
import { known } from "../model/learned.ts";
import { type Request, runOptions } from "./obtain.ts";

/** Every object a run would create, as one List in JSON that kubectl can read too. Creates nothing. Throws AccessError. */
export async function plannedObjects(request: Request): Promise<Learned<string>> {
  const connection = await connect(request.connection, { signal: request.signal });
  try {
    const nodes = await clusterNodes(connection, request.signal);
    if (!nodes.known) return nodes;
    const suitable = nodes.value.filter(
      ({ name, unsuitable }) => unsuitable === null && (request.nodes.length === 0 || request.nodes.includes(name)),
    );
    const items = sessionObjects(
      runOptions(request),
      suitable.map(({ name }) => name),
    );
    return known(JSON.stringify({ apiVersion: "v1", kind: "List", items }, null, 2));
  } finally {
    await connection.close();
  }
}
