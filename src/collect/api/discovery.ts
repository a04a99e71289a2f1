import * as v from "valibot";
import type { Connection } from "./connection.ts";
import type { Answer } from "./refusal.ts";
import { refused } from "./refusal.ts";

/** A custom resource that this cluster serves and that we know how to use. */
export interface ServedResource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

const groupSchema = v.object({ name: v.string(), preferredVersion: v.object({ version: v.string() }) });
const groupListSchema = v.object({ kind: v.literal("APIGroupList"), groups: v.array(groupSchema) });
const resourceListSchema = v.object({
  resources: v.array(
    v.object({ name: v.string(), kind: v.string(), namespaced: v.boolean(), verbs: v.array(v.string()) }),
  ),
});
const aggregatedResource = v.object({
  resource: v.string(),
  responseKind: v.fallback(v.object({ kind: v.string() }), { kind: "" }),
  scope: v.string(),
  verbs: v.fallback(v.array(v.string()), []),
});
const aggregatedSchema = v.object({
  kind: v.literal("APIGroupDiscoveryList"),
  items: v.array(
    v.object({
      metadata: v.object({ name: v.fallback(v.string(), "") }),
      // The server's order of versions is its order of preference.
      versions: v.array(v.object({ version: v.string(), resources: v.fallback(v.array(aggregatedResource), []) })),
    }),
  ),
});

const AGGREGATED = ["v2", "v2beta1"].map(
  (version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
);

/**
 * The wanted resources that the server serves and lists; those it does not are left out. One request where it speaks aggregated discovery (KEP-3352, on
 * since 1.26), else one for each wanted group it has. An unreadable discovery document counts as a refusal with status 0.
 */
export async function discover(
  connection: Connection,
  wanted: Readonly<Record<string, readonly string[]>>,
  signal: AbortSignal,
): Promise<Answer<readonly ServedResource[]>> {
  const answer = await connection.getObject("/apis", { signal, accept: [...AGGREGATED, "application/json"].join(",") });
  if (!answer.ok) {
    return answer;
  }
  const aggregated = v.safeParse(aggregatedSchema, answer.value);
  if (aggregated.success) {
    return { ...answer, value: withoutDoubles(fromAggregated(aggregated.output, wanted)) };
  }
  const groups = v.safeParse(groupListSchema, answer.value);
  if (!groups.success) {
    return unreadable("/apis");
  }
  const found: ServedResource[] = [];
  for (const { name, preferredVersion } of groups.output.groups.filter((group) => Object.hasOwn(wanted, group.name))) {
    const path = `/apis/${name}/${preferredVersion.version}`;
    const listed = await connection.getObject(path, { signal });
    const parsed = v.safeParse(resourceListSchema, listed.ok ? listed.value : null);
    if (!parsed.success) {
      return listed.ok ? unreadable(path) : listed;
    }
    for (const { name: plural, kind, namespaced, verbs } of parsed.output.resources) {
      if (verbs.includes("list") && wanted[name]?.includes(plural)) {
        found.push({ group: name, version: preferredVersion.version, plural, kind, namespaced });
      }
    }
  }
  return { ...answer, value: withoutDoubles(found) };
}

function fromAggregated(
  { items }: v.InferOutput<typeof aggregatedSchema>,
  wanted: Readonly<Record<string, readonly string[]>>,
): readonly ServedResource[] {
  return items.flatMap(({ metadata: { name: group }, versions }) => {
    const plurals = Object.hasOwn(wanted, group) ? (wanted[group] ?? []) : [];
    return plurals.flatMap((plural): ServedResource[] => {
      for (const { version, resources } of versions) {
        const resource = resources.find((served) => served.resource === plural && served.verbs.includes("list"));
        if (resource) {
          const { responseKind, scope } = resource;
          return [{ group, version, plural, kind: responseKind.kind, namespaced: scope === "Namespaced" }];
        }
      }
      return [];
    });
  });
}

/** Calico's API server shows the same objects as its CRDs, and fails when it is down; the CRDs are enough. */
function withoutDoubles(found: readonly ServedResource[]): readonly ServedResource[] {
  const stored = new Set(found.filter(({ group }) => group === "crd.projectcalico.org").map(({ plural }) => plural));
  return found.filter(({ group, plural }) => group !== "projectcalico.org" || !stored.has(plural));
}

function unreadable(path: string): Answer<never> {
  return refused(0, `the discovery document ${path} is not one`);
}
