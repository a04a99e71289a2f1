import type { ContainerState } from "../../model/kubernetes.ts";
import { asNumber, asObjects, asString, at, type JsonObject, objectOrNull } from "../json-value.ts";

/** An init container that keeps running beside the others (KEP-753). */
export function isSidecar(container: JsonObject): boolean {
  return container.restartPolicy === "Always";
}

/**
 * The state of each container of a Pod: the containers, the sidecars, and those init containers that have not ended well,
 * since they hold up the Pod.
 */
export function readContainers(pod: JsonObject): readonly ContainerState[] {
  const statuses = statusByName(at(pod, "status", "containerStatuses"));
  const initStatuses = statusByName(at(pod, "status", "initContainerStatuses"));
  const states = asObjects(at(pod, "spec", "containers")).map((spec) => readState(spec, statuses));
  const init = asObjects(at(pod, "spec", "initContainers")).flatMap((spec) => {
    const state = readState(spec, initStatuses);
    const endedWell = state.state === "terminated" && state.reason === "Completed";
    const notReported = state.state === "unknown";
    return isSidecar(spec) || !(endedWell || notReported) ? [state] : [];
  });
  return [...states, ...init];
}

function statusByName(value: unknown): ReadonlyMap<string, JsonObject> {
  return new Map(asObjects(value).map((status) => [asString(status.name), status]));
}

function readState(spec: JsonObject, statuses: ReadonlyMap<string, JsonObject>): ContainerState {
  const name = asString(spec.name);
  const status = statuses.get(name);
  const kind = (["waiting", "running", "terminated"] as const).find(
    (word) => objectOrNull(at(status, "state", word)) !== null,
  );
  const details = kind === undefined ? undefined : at(status, "state", kind);
  return {
    name,
    image: asString(spec.image) || asString(status?.image),
    ready: status?.ready === true,
    restarts: asNumber(status?.restartCount) ?? 0,
    state: kind ?? "unknown",
    reason: asString(at(details, "reason")),
    message: asString(at(details, "message")),
  };
}
