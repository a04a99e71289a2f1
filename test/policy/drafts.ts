import type { NetworkPolicy } from "../../src/model/network-policy.ts";
import type { NodeEnd, OutsideEnd, PodEnd } from "../../src/policy/end.ts";
import type { Dialect } from "../../src/policy/rule-match.ts";
import { readNetworkPolicy } from "../../src/read/api/network-policies.ts";

/** A policy as an API server serves it, read by the real reader. */
export function policy(spec: object, { namespace = "shop", name = "p" } = {}): NetworkPolicy {
  const read = readNetworkPolicy({ metadata: { namespace, name }, spec });
  if (read === null) throw new Error("the draft is no NetworkPolicy");
  return read;
}

export function pod(name: string, labels: Readonly<Record<string, string>> = {}, more: Partial<PodEnd> = {}): PodEnd {
  const namespace = more.namespace ?? "shop";
  return {
    kind: "pod",
    namespace,
    name,
    node: "node1",
    ips: ["10.244.0.7"],
    labels: { labels, complete: true },
    namespaceLabels: { labels: { "kubernetes.io/metadata.name": namespace }, complete: true },
    ports: [],
    ...more,
  };
}

export const node = (name: string, ...ips: string[]): NodeEnd => ({ kind: "node", name, ips, pod: null });
export const outside = (ip: string): OutsideEnd => ({ kind: "outside", ips: [ip] });
export const allDialect: Dialect = { blocksMatchCluster: true };
