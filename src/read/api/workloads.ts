import type { Workload } from "../../model/kubernetes.ts";
import { asNumber, asObjects, asString, asStringMap, asStrings, at, type JsonObject } from "../json-value.ts";
import { nameOf, namespaceOf } from "./object-list.ts";

/** apps/v1 DaemonSet. */
export function readDaemonSet(item: JsonObject): Workload | null {
  const desired = asNumber(at(item, "status", "desiredNumberScheduled")) ?? 0;
  return readWorkload("DaemonSet", item, desired, asNumber(at(item, "status", "numberReady")) ?? 0);
}

/** apps/v1 Deployment: one replica where none is given. */
export const readDeployment = (item: JsonObject): Workload | null => readScaled("Deployment", item);

/** apps/v1 StatefulSet: one replica where none is given. */
export const readStatefulSet = (item: JsonObject): Workload | null => readScaled("StatefulSet", item);

function readScaled(kind: Workload["kind"], item: JsonObject): Workload | null {
  const desired = asNumber(at(item, "spec", "replicas")) ?? 1;
  return readWorkload(kind, item, desired, asNumber(at(item, "status", "readyReplicas")) ?? 0);
}

function readWorkload(kind: Workload["kind"], item: JsonObject, desired: number, ready: number): Workload | null {
  const name = nameOf(item);
  if (name === null) return null;
  const containers = asObjects(at(item, "spec", "template", "spec", "containers"));
  return {
    kind,
    namespace: namespaceOf(item),
    name,
    labels: asStringMap(at(item, "metadata", "labels")),
    selector: asStringMap(at(item, "spec", "selector", "matchLabels")),
    desired,
    ready,
    images: containers.flatMap((container) => asString(container.image) || []),
    args: containers.flatMap((container) => [...asStrings(container.command), ...asStrings(container.args)]),
  };
}
