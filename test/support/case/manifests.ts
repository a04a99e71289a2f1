import { loadAll } from "js-yaml";
import * as v from "valibot";
import type { Capture } from "../../../src/model/capture.ts";
import { known } from "../../../src/model/learned.ts";

export const takenAt = "2026-01-01T00:00:00Z";
export function captured(id: string, text: string): Capture {
  return { id, command: `case ${id}`, takenAt, result: known(text) };
}

/** Every list that `check` asks an API server for. A list that a case does not mention is known to be empty. */
const plurals: Readonly<Record<string, string>> = {
  Node: "nodes",
  Namespace: "namespaces",
  Pod: "pods",
  Service: "services",
  EndpointSlice: "endpointslices",
  NetworkPolicy: "networkpolicies",
  ServiceCIDR: "servicecidrs",
  Ingress: "ingresses",
  DaemonSet: "daemonsets",
  Deployment: "deployments",
  Event: "events",
  ConfigMap: "configmaps",
  IPPool: "custom/ippools.crd.projectcalico.org",
  FelixConfiguration: "custom/felixconfigurations.crd.projectcalico.org",
  CiliumNode: "custom/ciliumnodes.cilium.io",
};
const manifest = v.looseObject({
  kind: v.string(),
  metadata: v.looseObject({ name: v.string(), namespace: v.optional(v.string(), "") }),
});
export type Manifest = v.InferOutput<typeof manifest>;

/** The documents of a YAML stream; empty ones are left out. Throws where one is no Kubernetes object of a kind listed here. */
export function readManifests(yaml: string): readonly Manifest[] {
  return loadAll(yaml)
    .filter((document) => document !== null && document !== undefined)
    .map((document) => {
      const object = v.parse(manifest, document);
      if (plurals[object.kind] === undefined) throw new Error(`no list is known for kind ${object.kind}`);
      return object;
    });
}

/** The documents of a case in place of those of the recorded cluster with the same kind and name; `gone: true` takes one away. */
export function replaceManifests(recorded: readonly Manifest[], own: readonly Manifest[]): readonly Manifest[] {
  const all = new Map([...recorded, ...own].map((object) => [keyOf(object), object]));
  return [...all.values()].filter(({ gone }) => gone !== true);
}
function keyOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.namespace}/${metadata.name}`;
}

/** Manifests → api/<plural> captures, as the collector leaves them. */
export function manifestCaptures(objects: readonly Manifest[]): readonly Capture[] {
  const lists = new Map(Object.values(plurals).map((plural): [string, Manifest[]] => [plural, []]));
  for (const object of objects) lists.get(plurals[object.kind] ?? "")?.push(object);
  const version = captured("api/version", JSON.stringify({ gitVersion: "v1.34.4" }));
  return [version, ...[...lists].map(([plural, list]) => captured(`api/${plural}`, JSON.stringify(list)))];
}
