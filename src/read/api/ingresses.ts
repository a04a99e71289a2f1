import type { Ingress } from "../../model/kubernetes.ts";
import { asObjects, asString, at, type JsonObject } from "../json-value.ts";
import { nameOf, namespaceOf } from "./object-list.ts";
import { portReference } from "./protocol.ts";

/** networking/v1 Ingress: the Services it sends traffic to, each named once. Backends that are no Service are left out. */
export function readIngress(item: JsonObject): Ingress | null {
  const name = nameOf(item);
  if (name === null) return null;
  const paths = asObjects(at(item, "spec", "rules")).flatMap((rule) => asObjects(at(rule, "http", "paths")));
  const all = [at(item, "spec", "defaultBackend"), ...paths.map((path) => path.backend)].flatMap(
    (backend) => readBackend(backend) ?? [],
  );
  const byKey = new Map(all.map((backend) => [`${backend.service}:${backend.port}`, backend]));
  return {
    namespace: namespaceOf(item),
    name,
    className:
      asString(at(item, "spec", "ingressClassName")) ||
      asString(at(item, "metadata", "annotations", "kubernetes.io/ingress.class")),
    backends: [...byKey.values()],
  };
}

function readBackend(backend: unknown): Ingress["backends"][number] | null {
  const service = asString(at(backend, "service", "name"));
  const port = at(backend, "service", "port");
  const reference = portReference(at(port, "number")) ?? portReference(at(port, "name"));
  return service === "" || reference === null ? null : { service, port: reference };
}
