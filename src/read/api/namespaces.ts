import type { Namespace } from "../../model/kubernetes.ts";
import { asStringMap, at, type JsonObject } from "../json-value.ts";
import { nameOf } from "./object-list.ts";

/** The API server sets this label on every Namespace (KEP-2161); a trimmed object may lack it. */
const NAME_LABEL = "kubernetes.io/metadata.name";

/** v1 Namespace. */
export function readNamespace(item: JsonObject): Namespace | null {
  const name = nameOf(item);
  if (name === null) return null;
  return { name, labels: { ...asStringMap(at(item, "metadata", "labels")), [NAME_LABEL]: name } };
}
