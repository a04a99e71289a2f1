import type { ContainerPort, Pod } from "../../model/kubernetes.ts";
import { asNumber, asObjects, asOneOf, asString, asStringMap, asStrings, at, type JsonObject } from "../json-value.ts";
import { isSidecar, readContainers } from "./container-states.ts";
import { nameOf, namespaceOf } from "./object-list.ts";
import { readOwner } from "./object-ref.ts";
import { portNumber, transportProtocol } from "./protocol.ts";

/** v1 Pod. A missing Ready condition is not ready; a missing dnsPolicy is ClusterFirst. */
export function readPod(item: JsonObject): Pod | null {
  const name = nameOf(item);
  if (name === null) return null;
  const namespace = namespaceOf(item);
  const conditions = asObjects(at(item, "status", "conditions"));
  return {
    namespace,
    name,
    uid: asString(at(item, "metadata", "uid")),
    labels: asStringMap(at(item, "metadata", "labels")),
    node: asString(at(item, "spec", "nodeName")),
    phase: asOneOf(at(item, "status", "phase"), ["Pending", "Running", "Succeeded", "Failed", "Unknown"], "Unknown"),
    ready: conditions.some((condition) => condition.type === "Ready" && condition.status === "True"),
    terminating: asString(at(item, "metadata", "deletionTimestamp")) !== "",
    hostNetwork: at(item, "spec", "hostNetwork") === true,
    ips: podIPs(item),
    owner: readOwner(at(item, "metadata", "ownerReferences"), namespace),
    ports: readPorts(item),
    containers: readContainers(item),
    dnsPolicy: asString(at(item, "spec", "dnsPolicy")) || "ClusterFirst",
    dnsConfig: {
      nameservers: asStrings(at(item, "spec", "dnsConfig", "nameservers")),
      searches: asStrings(at(item, "spec", "dnsConfig", "searches")),
      ndots: readNdots(at(item, "spec", "dnsConfig", "options")),
    },
    hostnames: readHostnames(item),
    createdAt: asString(at(item, "metadata", "creationTimestamp")),
  };
}

function podIPs(item: JsonObject): readonly string[] {
  const all = asObjects(at(item, "status", "podIPs")).flatMap((entry) => asString(entry.ip) || []);
  const first = asString(at(item, "status", "podIP"));
  return all.length > 0 || first === "" ? all : [first];
}

function readPorts(item: JsonObject): readonly ContainerPort[] {
  const hostNetwork = at(item, "spec", "hostNetwork") === true;
  const sidecars = asObjects(at(item, "spec", "initContainers")).filter(isSidecar);
  return [...asObjects(at(item, "spec", "containers")), ...sidecars].flatMap((container) =>
    asObjects(container.ports).flatMap((entry) => {
      const port = portNumber(entry.containerPort);
      if (port === null) return [];
      return {
        container: asString(container.name),
        name: asString(entry.name),
        port,
        // With hostNetwork the API server sets hostPort to containerPort (pkg/apis/core/v1/defaults.go).
        hostPort: portNumber(entry.hostPort) ?? (hostNetwork ? port : null),
        protocol: transportProtocol(entry.protocol),
      };
    }),
  );
}

function readNdots(options: unknown): number | null {
  const values = asObjects(options).filter((option) => option.name === "ndots");
  const value = values.at(-1)?.value;
  const text = typeof value === "string" && /^[0-9]{1,4}$/.test(value) ? Number(value) : value;
  return asNumber(text);
}

function readHostnames(item: JsonObject): readonly string[] {
  const hostname = asString(at(item, "spec", "hostname"));
  const subdomain = asString(at(item, "spec", "subdomain"));
  if (hostname === "") return [];
  return subdomain === "" ? [hostname] : [hostname, `${hostname}.${subdomain}`];
}
