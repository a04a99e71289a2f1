import type { Capture } from "../../model/capture.ts";
import type { Learned } from "../../model/learned.ts";
import { unknown } from "../../model/learned.ts";
import type { CollectOptions } from "./capturing.ts";
import { capture, learnedFrom, listText } from "./capturing.ts";
import { captureConfigMaps } from "./config-maps.ts";
import type { Connection } from "./connection.ts";
import { captureCustomObjects } from "./custom-objects.ts";
import { textAt } from "./projection.ts";
import type { Resource } from "./resources.ts";
import { RESOURCES } from "./resources.ts";

export type { CollectOptions } from "./capturing.ts";

const CONCURRENT_LISTS = 6;

/**
 * Reads what netdoctor needs of the API, trimmed, never a Secret. One capture a resource, in the same order each time: a JSON
 * array, or the reason there is none. Where the whole cluster may not be listed, "api/<resource>" stays unknown and the
 * connection's own namespace, if it may be, is read into "api/<resource>@<namespace>". Does not throw for what the server does.
 */
export async function collectApi(connection: Connection, options: CollectOptions): Promise<readonly Capture[]> {
  const { default: pLimit } = await import("p-limit");
  const gate = pLimit(CONCURRENT_LISTS);
  const version = gate(() =>
    capture("api/version", "kubectl get --raw /version", options, async () =>
      learnedFrom(await connection.getObject("/version", options), (object) => JSON.stringify(object)),
    ),
  );
  const lists = RESOURCES.map((resource) => gate(() => captureResource(connection, resource, options)));
  const custom = captureCustomObjects(connection, options, gate);
  const namespaces = lists[RESOURCES.findIndex(({ plural }) => plural === "namespaces")];
  const configMaps = Promise.resolve(namespaces).then((captures) =>
    captureConfigMaps(connection, namesIn(captures?.[0]), options, gate),
  );
  const parts = await Promise.all([version.then((one) => [one]), ...lists, configMaps, custom]);
  return parts.flat();
}

async function captureResource(
  connection: Connection,
  resource: Resource,
  options: CollectOptions,
): Promise<readonly Capture[]> {
  const { plural, namespaced, selector } = resource;
  const { namespace } = connection;
  const commandIn = (scope: string) =>
    `kubectl get ${plural}${scope}${selector === undefined ? "" : ` --field-selector ${selector}`} -o json`;
  const whole = await capture(`api/${plural}`, commandIn(namespaced ? " --all-namespaces" : ""), options, () =>
    listFirstServed(connection, resource, "", options),
  );
  if (whole.result.known || whole.result.reason !== "forbidden" || !namespaced) {
    return [whole];
  }
  const part = await capture(`api/${plural}@${namespace}`, commandIn(` --namespace ${namespace}`), options, () =>
    listFirstServed(connection, resource, `/namespaces/${encodeURIComponent(namespace)}`, options),
  );
  return part.result.known ? [whole, part] : [whole];
}

async function listFirstServed(
  connection: Connection,
  { plural, versions, project, selector, limit }: Resource,
  scope: string,
  options: CollectOptions,
): Promise<Learned<string>> {
  const query = selector === undefined ? undefined : { fieldSelector: selector };
  let result: Learned<string> = unknown("not-served", `${plural} is not served`);
  for (const version of versions) {
    result = await listText(connection, `${version}${scope}/${plural}`, plural, project, options, { query, limit });
    if (result.known || result.reason !== "not-served") {
      break;
    }
  }
  return result;
}

/** Names of the Namespaces there are; null where that could not be learnt. */
function namesIn(captured: Capture | undefined): ReadonlySet<string> | null {
  if (!captured?.result.known) {
    return null;
  }
  const objects: unknown = JSON.parse(captured.result.value);
  return new Set(Array.isArray(objects) ? objects.map((object) => textAt(object, "metadata", "name")) : []);
}
