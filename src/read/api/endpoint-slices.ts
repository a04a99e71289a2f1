import type { Endpoint, EndpointSlice } from "../../model/kubernetes.ts";
import { asBoolean, asObjects, asString, asStrings, at, type JsonObject } from "../json-value.ts";
import { nameOf, namespaceOf } from "./object-list.ts";
import { readObjectRef } from "./object-ref.ts";
import { portNumber, transportProtocol } from "./protocol.ts";

const FAMILIES = ["IPv4", "IPv6", "FQDN"] as const;
const SERVICE_LABEL = "kubernetes.io/service-name";

/** discovery/v1 EndpointSlice. Null without one of the three address types. */
export function readEndpointSlice(item: JsonObject): EndpointSlice | null {
  const name = nameOf(item);
  const family = FAMILIES.find((type) => type === item.addressType);
  if (name === null || family === undefined) return null;
  const namespace = namespaceOf(item);
  return {
    namespace,
    name,
    service: asString(at(item, "metadata", "labels", SERVICE_LABEL)),
    family,
    endpoints: asObjects(item.endpoints).map((endpoint) => readEndpoint(endpoint, namespace)),
    ports: asObjects(item.ports).map((port) => ({
      name: asString(port.name),
      port: portNumber(port.port),
      protocol: transportProtocol(port.protocol),
    })),
  };
}

/** A missing `ready` is ready, a missing `serving` is as `ready`, a missing `terminating` is not (discovery/v1 types.go). */
function readEndpoint(endpoint: JsonObject, namespace: string): Endpoint {
  const ready = asBoolean(at(endpoint, "conditions", "ready"), true);
  return {
    addresses: asStrings(endpoint.addresses),
    ready,
    serving: asBoolean(at(endpoint, "conditions", "serving"), ready),
    terminating: asBoolean(at(endpoint, "conditions", "terminating"), false),
    node: asString(endpoint.nodeName),
    target: readObjectRef(endpoint.targetRef, namespace),
  };
}
