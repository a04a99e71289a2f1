import type { Capture } from "../../model/capture.ts";
import type { Learned } from "../../model/learned.ts";
import { known } from "../../model/learned.ts";
import type { CollectOptions, Gate } from "./capturing.ts";
import { attempt, jsonArray, learnedFrom } from "./capturing.ts";
import type { Connection } from "./connection.ts";
import { CONFIG_MAPS } from "./resources.ts";
import { configMap } from "./trim.ts";

/**
 * The known ConfigMaps, each read by name; `namespaces` (null = not known) spares requests. Those that are not there (404) are
 * left out of "api/configmaps". When one may not be read, that capture is unknown, and those that were read are in
 * "api/configmaps@partial".
 */
export async function captureConfigMaps(
  connection: Connection,
  namespaces: ReadonlySet<string> | null,
  options: CollectOptions,
  gate: Gate,
): Promise<readonly Capture[]> {
  const takenAt = options.now().toISOString();
  const wanted = Object.entries(CONFIG_MAPS)
    .filter(([namespace]) => namespaces === null || namespaces.has(namespace))
    .flatMap(([namespace, names]) => names.map((name) => ({ namespace, name })));
  const results = await Promise.all(
    wanted.map(({ namespace, name }) =>
      gate(() => attempt(() => readConfigMap(connection, namespace, name, options.signal), options.signal)),
    ),
  );
  const texts = jsonArray(results.flatMap((result) => (result.known && result.value !== null ? [result.value] : [])));
  const command = "kubectl get configmaps --namespace NAMESPACE NAME -o json";
  const refused = results.find((result) => !result.known);
  if (refused === undefined) {
    return [{ id: "api/configmaps", command, takenAt, result: known(texts) }];
  }
  const whole: Capture = { id: "api/configmaps", command, takenAt, result: refused };
  return results.some((result) => result.known)
    ? [whole, { id: "api/configmaps@partial", command, takenAt, result: known(texts) }]
    : [whole];
}

/** null = the server says that there is none. */
async function readConfigMap(
  connection: Connection,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<Learned<string | null>> {
  const answer = await connection.getObject(`/api/v1/namespaces/${namespace}/configmaps/${name}`, { signal });
  return !answer.ok && answer.refusal.status === 404
    ? known(null)
    : learnedFrom(answer, (object) => JSON.stringify(configMap(object)) ?? null);
}
