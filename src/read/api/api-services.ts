import type { ApiService } from "../../model/kubernetes.ts";
import { asObjects, asString, at, type JsonObject } from "../json-value.ts";
import { readCalledService } from "./called-service.ts";
import { nameOf } from "./object-list.ts";

/** apiregistration.k8s.io/v1 APIService. */
export function readApiService(item: JsonObject): ApiService | null {
  const name = nameOf(item);
  if (name === null) return null;
  const available = asObjects(at(item, "status", "conditions")).find(({ type }) => type === "Available");
  return {
    name,
    service: readCalledService(at(item, "spec", "service")),
    available: available === undefined || available.status === "True",
    reason: [available?.reason, available?.message]
      .map((text) => asString(text))
      .filter((text) => text !== "")
      .join(": "),
  };
}
