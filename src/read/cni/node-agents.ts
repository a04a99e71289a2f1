import type { NodeCni } from "../../model/cni.ts";
import type { Pod } from "../../model/kubernetes.ts";
import type { Brand } from "./brands.ts";

/** The Pods that keep a Node's network, by the DaemonSets that they belong to; "" where there is none there, or more than one. */
export function nodeAgents(
  node: string,
  pods: readonly Pod[],
  brand: Brand | null,
): Pick<NodeCni, "agent" | "kubeProxy"> {
  const here = pods.filter(({ node: on, terminating }) => on === node && !terminating);
  return { agent: onlyOne(here, brand?.workloads ?? null), kubeProxy: onlyOne(here, /^kube-proxy/) };
}

function onlyOne(pods: readonly Pod[], set: RegExp | null): string {
  const found = pods.filter(({ owner }) => owner?.kind === "DaemonSet" && set?.test(owner.name) === true);
  const [pod] = found;
  return pod === undefined || found.length > 1 ? "" : `${pod.namespace}/${pod.name}`;
}
