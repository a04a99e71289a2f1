import * as v from "valibot";
import type { Connection } from "../api/connection.ts";

/** What deciding where to put Pods takes. */
export interface ClusterNode {
  readonly name: string;
  readonly ready: boolean;
  /** Virtual kubelets and Windows Nodes cannot run the node Pod. */
  readonly unsuitable: string | null;
}

const text = v.fallback(v.string(), "");
const schema = v.object({
  metadata: v.object({ name: v.string(), labels: v.fallback(v.record(v.string(), v.string()), {}) }),
  status: v.fallback(
    v.object({
      conditions: v.fallback(v.array(v.object({ type: text, status: text })), []),
      nodeInfo: v.fallback(v.object({ operatingSystem: text }), { operatingSystem: "" }),
    }),
    {
      conditions: [],
      nodeInfo: { operatingSystem: "" },
    },
  ),
});

/** The cluster's Nodes by name, or why they cannot be listed. */
export async function clusterNodes(connection: Connection, signal: AbortSignal) {
  const answer = await connection.list("/api/v1/nodes", { signal, project: nodeOf });
  return answer.known
    ? ({
        known: true,
        value: answer.value.filter((node) => node !== null).sort((a, b) => (a.name < b.name ? -1 : 1)),
      } as const)
    : answer;
}

function nodeOf(object: unknown): ClusterNode | null {
  const parsed = v.safeParse(schema, object);
  if (!parsed.success) return null;
  const { metadata, status } = parsed.output;
  const os = metadata.labels["kubernetes.io/os"] ?? status.nodeInfo.operatingSystem;
  const virtual =
    metadata.labels.type === "virtual-kubelet" || metadata.labels["eks.amazonaws.com/compute-type"] === "fargate";
  return {
    name: metadata.name,
    ready: status.conditions.some(({ type, status: value }) => type === "Ready" && value === "True"),
    unsuitable: virtual
      ? "it is a virtual Node without a network of its own"
      : os !== "" && os !== "linux"
        ? `it runs ${os}; this version reads Linux Nodes`
        : null,
  };
}
