import type { ConfigMap } from "../model/kubernetes.ts";
import type { Learned } from "../model/learned.ts";
import type { NodeState } from "../model/node.ts";

/** The known value, else the fallback: for sources of which the absence is reported elsewhere. */
export function valueOr<T>(learned: Learned<T>, fallback: T): T {
  return learned.known ? learned.value : fallback;
}

interface WithConfigMaps {
  readonly configMaps: Learned<ReadonlyMap<string, ConfigMap>>;
}

/** A ConfigMap's data by "namespace/name"; empty where it is not there or not known. */
export function configData({ configMaps }: WithConfigMaps, name: string): ConfigMap["data"] {
  return configMaps.known ? (configMaps.value.get(name)?.data ?? {}) : {};
}

/** All ConfigMaps that were read, by name. */
export function allConfigData({ configMaps }: WithConfigMaps): readonly (readonly [string, ConfigMap["data"]])[] {
  if (!configMaps.known) return [];
  const entries = [...configMaps.value].map(([name, { data }]) => [name, data] as const);
  return entries.sort(([a], [b]) => compareText(a, b));
}

interface WithNodeStates {
  readonly nodeStates: Learned<ReadonlyMap<string, NodeState>>;
}

/** The Nodes whose state was read, by name. */
export function allNodeStates({ nodeStates }: WithNodeStates): readonly NodeState[] {
  return nodeStates.known ? [...nodeStates.value.values()].sort((a, b) => compareText(a.node, b.node)) : [];
}

/** By UTF-16 code unit, so that the order is the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By namespace, then name. */
export function byName<T extends { readonly name: string; readonly namespace?: string }>(a: T, b: T): number {
  return compareText(a.namespace ?? "", b.namespace ?? "") || compareText(a.name, b.name);
}
