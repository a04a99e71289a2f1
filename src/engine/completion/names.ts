import * as v from "valibot";
import { connect } from "../../collect/api/connection.ts";
import type { ConnectionOptions } from "../../collect/api/connection-options.ts";
import { readKubeconfigs } from "../../collect/api/kubeconfig-files.ts";

export type NamedKind = "pods" | "services" | "deployments" | "nodes" | "namespaces";

/** More than this nobody reads from a list of completions. */
const MOST = 2000;
const METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
const schema = v.object({ metadata: v.object({ name: v.string() }) });

/** Names of objects for the shell's completion, sorted. Empty where the cluster cannot be asked in the time given: never an error. */
export async function objectNames(
  kind: NamedKind,
  namespace: string,
  { connection: options, timeoutMs }: { readonly connection: ConnectionOptions; readonly timeoutMs: number },
): Promise<readonly string[]> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const connection = await connect({ ...options, onNote: undefined }, { signal });
    try {
      const listed = await connection.list(pathOf(kind, namespace), {
        signal,
        limit: MOST,
        accept: METADATA_ONLY,
        project: (object) => {
          const parsed = v.safeParse(schema, object);
          return parsed.success ? parsed.output.metadata.name : "";
        },
      });
      return listed.known ? listed.value.filter((name) => name !== "").sort() : [];
    } finally {
      await connection.close();
    }
  } catch {
    return [];
  }
}

function pathOf(kind: NamedKind, namespace: string): string {
  if (kind === "nodes" || kind === "namespaces") return `/api/v1/${kind}`;
  const within = `namespaces/${encodeURIComponent(namespace)}/${kind}`;
  return kind === "deployments" ? `/apis/apps/v1/${within}` : `/api/v1/${within}`;
}

/** Names of the kubeconfig, as --context, --cluster and --user take them. Asks no server; empty where there is no kubeconfig. */
export async function kubeconfigNames(
  kind: "contexts" | "clusters" | "users",
  options: ConnectionOptions,
): Promise<readonly string[]> {
  try {
    const kubeconfig = await readKubeconfigs(options, process.env);
    return [...kubeconfig[kind].keys()].sort();
  } catch {
    return [];
  }
}
