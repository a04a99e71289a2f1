import type { Capture } from "../../model/capture.ts";
import { known, type Learned } from "../../model/learned.ts";
import { AccessError, unknownFrom } from "../api/access-error.ts";
import type { Connection } from "../api/connection.ts";
import { RESOURCES } from "../api/resources.ts";

const own = ["pods", "services", "endpointslices", "events"] as const;

/** The run's own objects as they are when the probes start: the cluster-wide lists were read before they were complete. */
export async function collectRunObjects(
  connection: Connection,
  namespace: string,
  now: () => Date,
  signal: AbortSignal,
): Promise<readonly Capture[]> {
  return Promise.all(
    own.map(async (plural) => ({
      id: `session/${plural}`,
      command: `kubectl get ${plural} --namespace ${namespace} -o json`,
      takenAt: now().toISOString(),
      result: await list(connection, plural, namespace, signal),
    })),
  );
}

async function list(
  connection: Connection,
  plural: string,
  namespace: string,
  signal: AbortSignal,
): Promise<Learned<string>> {
  const resource = RESOURCES.find((candidate) => candidate.plural === plural);
  const version = resource?.versions[0];
  if (resource === undefined || version === undefined) return known("[]");
  try {
    const answer = await connection.list(`${version}/namespaces/${namespace}/${plural}`, {
      signal,
      project: (item) => JSON.stringify(resource.project(item)),
    });
    return answer.known ? known(`[${answer.value.join(",\n")}]`) : answer;
  } catch (cause) {
    if (cause instanceof AccessError) return unknownFrom(cause);
    throw cause;
  }
}
