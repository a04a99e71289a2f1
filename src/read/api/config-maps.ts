import type { ConfigMap } from "../../model/kubernetes.ts";
import { asStringMap, at, type JsonObject } from "../json-value.ts";
import { nameOf, namespaceOf } from "./object-list.ts";

/** v1 ConfigMap, `data` only. */
export function readConfigMap(item: JsonObject): ConfigMap | null {
  const name = nameOf(item);
  if (name === null) return null;
  return { namespace: namespaceOf(item), name, data: asStringMap(at(item, "data")) };
}
