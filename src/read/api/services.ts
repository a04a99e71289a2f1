import type { Service, ServicePort } from "../../model/kubernetes.ts";
import { asObjects, asOneOf, asString, asStringMap, asStrings, at, type JsonObject } from "../json-value.ts";
import { nameOf, namespaceOf } from "./object-list.ts";
import { portNumber, portReference, transportProtocol } from "./protocol.ts";

/** v1 Service with the defaults of pkg/apis/core/v1/defaults.go: a missing targetPort is the port itself. */
export function readService(item: JsonObject): Service | null {
  const name = nameOf(item);
  if (name === null) return null;
  const spec = at(item, "spec");
  const selector = asStringMap(at(spec, "selector"));
  const type = asOneOf(at(spec, "type"), ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"], "ClusterIP");
  return {
    namespace: namespaceOf(item),
    name,
    labels: asStringMap(at(item, "metadata", "labels")),
    type,
    selector: Object.keys(selector).length === 0 ? null : selector,
    headless: type !== "ExternalName" && clusterIPFields(spec).includes("None"),
    clusterIPs: clusterIPFields(spec).filter((ip) => ip !== "None"),
    ports: asObjects(at(spec, "ports")).flatMap((port) => readPort(port) ?? []),
    publishNotReadyAddresses: at(spec, "publishNotReadyAddresses") === true,
    internalTrafficPolicy: asOneOf(at(spec, "internalTrafficPolicy"), ["Cluster", "Local"], "Cluster"),
    externalTrafficPolicy: asOneOf(at(spec, "externalTrafficPolicy"), ["Cluster", "Local"], "Cluster"),
    sessionAffinity: asOneOf(at(spec, "sessionAffinity"), ["None", "ClientIP"], "None"),
    loadBalancerIPs: asObjects(at(item, "status", "loadBalancer", "ingress")).flatMap(
      (entry) => asString(entry.ip) || asString(entry.hostname) || [],
    ),
    externalIPs: asStrings(at(spec, "externalIPs")),
    externalName: type === "ExternalName" ? asString(at(spec, "externalName")) : "",
  };
}

function clusterIPFields(spec: unknown): readonly string[] {
  const all = asStrings(at(spec, "clusterIPs"));
  const first = asString(at(spec, "clusterIP"));
  return all.length > 0 || first === "" ? all : [first];
}

function readPort(entry: JsonObject): ServicePort | null {
  const port = portNumber(entry.port);
  if (port === null) return null;
  return {
    name: asString(entry.name),
    port,
    protocol: transportProtocol(entry.protocol),
    targetPort: portReference(entry.targetPort) ?? port,
    nodePort: portNumber(entry.nodePort),
  };
}
