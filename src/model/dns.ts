import type { Learned } from "./learned.ts";

/** One directive of a Corefile with its arguments and its block's directives, snippets and imports already put in place. */
export interface CorefilePlugin {
  readonly name: string;
  readonly args: readonly string[];
  readonly block: readonly CorefilePlugin[];
  readonly line: number;
}
/** A server block: it answers for its zones on its port. */
export interface CorefileServer {
  readonly zones: readonly { readonly scheme: string; readonly zone: string; readonly port: number }[];
  readonly plugins: readonly CorefilePlugin[];
}
export interface Corefile {
  readonly servers: readonly CorefileServer[];
}
/** The cluster's DNS as configured. */
export interface ClusterDns {
  /** The cluster domain ("cluster.local") and where it was read; "cluster.local" with source "default" where nothing says. */
  readonly domain: string;
  readonly domainSource: string;
  /** "kube-system/coredns" → its Corefile. Null where the cluster has no ConfigMap with one. */
  readonly config: { readonly configMap: string; readonly corefile: Learned<Corefile> } | null;
}
