import type { Capture } from "../../model/capture.ts";
import type { Learned } from "../../model/learned.ts";
import { unknown } from "../../model/learned.ts";
import type { CollectOptions, Gate } from "./capturing.ts";
import { attempt, capture, learnedFrom, listText } from "./capturing.ts";
import type { Connection } from "./connection.ts";
import type { ServedResource } from "./discovery.ts";
import { discover } from "./discovery.ts";
import type { Projection } from "./projection.ts";
import { isJsonObject } from "./projection.ts";
import { CUSTOM_RESOURCES } from "./resources.ts";
import { custom } from "./trim.ts";

/**
 * One capture "api/custom/<plural>.<group>" for every custom resource we know how to use: its objects, or that it is not
 * served. When discovery fails, each is unknown for that reason.
 */
export async function captureCustomObjects(
  connection: Connection,
  options: CollectOptions,
  gate: Gate,
): Promise<readonly Capture[]> {
  const { signal } = options;
  const served: Learned<readonly ServedResource[]> = await gate(() =>
    attempt(
      async () => learnedFrom(await discover(connection, CUSTOM_RESOURCES, signal), (resources) => resources),
      signal,
    ),
  );
  const wanted = Object.entries(CUSTOM_RESOURCES).flatMap(([group, plurals]) =>
    plurals.map((plural) => ({ group, plural })),
  );
  return Promise.all(
    wanted.map(({ group, plural }) => {
      const name = `${plural}.${group}`;
      const resource = served.known
        ? served.value.find((one) => one.group === group && one.plural === plural)
        : undefined;
      const scope = resource?.namespaced ? " --all-namespaces" : "";
      return capture(`api/custom/${name}`, `kubectl get ${name}${scope} -o json`, options, async () => {
        if (!served.known) {
          return served;
        }
        return resource === undefined
          ? unknown("not-served", `${name} is not served by this cluster`)
          : gate(() => listCustom(connection, resource, options));
      });
    }),
  );
}

function listCustom(
  connection: Connection,
  { group, version, plural, kind }: ServedResource,
  options: CollectOptions,
): Promise<Learned<string>> {
  // Aggregated API servers leave out the kind of the items of a list.
  const withKind: Projection = (item) => custom(isJsonObject(item) ? { kind, ...item } : item);
  return listText(connection, `/apis/${group}/${version}/${plural}`, `${plural}.${group}`, withKind, options, {});
}
