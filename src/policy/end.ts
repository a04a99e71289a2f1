import type { ContainerPort } from "../model/kubernetes.ts";
import type { KnownLabels } from "./selector.ts";

/** A Pod with an address of its own, as a policy sees it. */
export interface PodEnd {
  readonly kind: "pod";
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly ips: readonly string[];
  readonly labels: KnownLabels;
  readonly namespaceLabels: KnownLabels;
  readonly ports: readonly ContainerPort[];
}
/** A Node. `pod` is set for a host-network Pod, whose traffic is the Node's to most enforcers. */
export interface NodeEnd {
  readonly kind: "node";
  readonly name: string;
  readonly ips: readonly string[];
  readonly pod: Pick<PodEnd, "namespace" | "name" | "labels" | "namespaceLabels"> | null;
}
/** An address that belongs to no Pod and no Node. */
export interface OutsideEnd {
  readonly kind: "outside";
  readonly ips: readonly string[];
}
/** One end of a connection. */
export type PolicyEnd = PodEnd | NodeEnd | OutsideEnd;

export interface Connection {
  readonly from: PolicyEnd;
  readonly to: PolicyEnd;
  /** Null: neither TCP, UDP nor SCTP. NetworkPolicy says nothing of other protocols. */
  readonly protocol: "TCP" | "UDP" | "SCTP" | null;
  /** Of the target itself, behind any Service. Null: a port that no rule names. */
  readonly port: number | null;
}

/** "Pod shop/web-1", "Node node2", "192.0.2.7" */
export function endText(end: PolicyEnd): string {
  if (end.kind === "pod") return `Pod ${end.namespace}/${end.name}`;
  if (end.kind === "outside") return end.ips.join(", ");
  return end.pod === null
    ? `Node ${end.name}`
    : `Pod ${end.pod.namespace}/${end.pod.name} in the network of Node ${end.name}`;
}
