import { loadAll } from "js-yaml";
import * as v from "valibot";
import { CUSTOM_RESOURCES, RESOURCES } from "../../../src/collect/api/resources.ts";
import type { Capture } from "../../../src/model/capture.ts";
import { known, unknown } from "../../../src/model/learned.ts";

export const takenAt = "2026-01-01T00:00:00Z";
export function captured(id: string, text: string): Capture {
  return { id, command: `case ${id}`, takenAt, result: known(text) };
}

const manifest = v.looseObject({
  apiVersion: v.optional(v.string(), ""),
  kind: v.string(),
  metadata: v.looseObject({ name: v.string(), namespace: v.optional(v.string(), "") }),
});
export type Manifest = v.InferOutput<typeof manifest>;

/** The documents of a YAML stream; empty ones are left out. Throws where one is no object of a kind that the collector asks for. */
export function readManifests(yaml: string): readonly Manifest[] {
  return loadAll(yaml)
    .filter((document) => document !== null && document !== undefined)
    .map((document) => {
      const object = v.parse(manifest, document);
      if (!capturesAsked.has(captureOf(object)))
        throw new Error(`the collector asks for no ${object.apiVersion} ${object.kind}`);
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

/**
 * Manifests → captures as the collector leaves them, trimmed by the collector's own projections. A built-in list of which a case has
 * no object is known to be empty; a CNI's own API is not served then.
 */
export function manifestCaptures(objects: readonly Manifest[]): readonly Capture[] {
  const of = (id: string) => objects.filter((object) => captureOf(object) === id);
  return [
    captured("api/version", JSON.stringify({ gitVersion: "v1.34.4" })),
    captured("api/configmaps", JSON.stringify(of("api/configmaps"))),
    ...RESOURCES.map(({ plural, project }) => {
      const id = `api/${plural}`;
      return captured(id, JSON.stringify(of(id).map((object) => project(object))));
    }),
    ...customCaptures.map((id): Capture => {
      const own = of(id);
      if (own.length > 0) return captured(id, JSON.stringify(own));
      return { id, command: "", takenAt, result: unknown("not-served", "the server has no such resource") };
    }),
  ];
}

/** Pod → api/pods; with a group that is a CNI's own, IPPool of crd.projectcalico.org → api/custom/ippools.crd.projectcalico.org. */
function captureOf({ apiVersion, kind }: Manifest): string {
  const lower = kind.toLowerCase();
  const plural = /[^aeiou]y$/.test(lower) ? `${lower.slice(0, -1)}ies` : /ss$/.test(lower) ? `${lower}es` : `${lower}s`;
  const group = apiVersion.split("/")[0] ?? "";
  return CUSTOM_RESOURCES[group] === undefined ? `api/${plural}` : `api/custom/${plural}.${group}`;
}
const customCaptures = Object.entries(CUSTOM_RESOURCES).flatMap(([group, plurals]) =>
  plurals.map((plural) => `api/custom/${plural}.${group}`),
);
const capturesAsked = new Set(["api/configmaps", ...RESOURCES.map(({ plural }) => `api/${plural}`), ...customCaptures]);
