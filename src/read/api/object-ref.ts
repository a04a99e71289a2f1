import type { ObjectRef } from "../../model/kubernetes.ts";
import { asObjects, asString, type JsonObject, objectOrNull } from "../json-value.ts";

/** core/v1 ObjectReference; a missing namespace is that of the object which refers. Null without kind or name. */
export function readObjectRef(value: unknown, namespace: string): ObjectRef | null {
  const object = objectOrNull(value);
  if (object === null) return null;
  const kind = asString(object.kind);
  const name = asString(object.name);
  if (kind === "" || name === "") return null;
  return { kind, namespace: asString(object.namespace) || namespace, name };
}

/** The controlling owner, or the first one where none controls. */
export function readOwner(references: unknown, namespace: string): ObjectRef | null {
  const owners: readonly JsonObject[] = asObjects(references);
  return readObjectRef(owners.find((owner) => owner.controller === true) ?? owners[0], namespace);
}
