import { probePort } from "../../collect/session/objects.ts";
import type { Facts } from "../../model/facts.ts";
import type { Pod, Service } from "../../model/kubernetes.ts";
import type { NodeState, PodNetns } from "../../model/node.ts";

/** What of the cluster decides which probes make sense. */
export interface PlanInput extends Pick<Facts, "nodes" | "pods" | "services" | "endpointSlices" | "nodeStates"> {
  /** The run's own Pods with an address, by Node. */
  readonly probePods: ReadonlyMap<string, Pod>;
  readonly ownServices: readonly Service[];
  readonly clusterDomain: string;
  /** Addresses for egress the user named; empty = the upstream DNS servers that Nodes already use. */
  readonly egress: readonly { readonly ip: string; readonly port: number }[];
  readonly egressOff: boolean;
}

/** Sizes are bounded so that probes grow with Nodes, and a cluster of many Services is sampled rather than flooded. */
export const planLimits = {
  podsPerNode: 250,
  services: 500,
  endpointsPerService: 5,
  nodePortServices: 20,
  dnsReplicas: 8,
  hostPorts: 50,
  /** To find flows that will fail: walks made, and rules met on them (some 5 µs each); then flows sent of one fact that stops them, and of all. */
  simulated: 4000,
  simulatedRules: 400_000,
  suspectedOfOneStop: 2,
  suspected: 64,
  externalNames: 20,
  localServices: 10,
} as const;

/** A Pod that is reached by an address of its own. */
export const onPodNetwork = (pod: Pod): boolean =>
  !pod.hostNetwork && pod.phase === "Running" && !pod.terminating && pod.ips.length > 0;

export function netnsOf(state: NodeState | undefined, pod: Pod): PodNetns | undefined {
  return state?.netns.known ? state.netns.value.find((netns) => netns.podUid === pod.uid) : undefined;
}
/** Whether the probe server is up there; where the image could not start it, nothing is asked of it. */
export function serves(input: PlanInput, pod: Pod): boolean {
  const sockets = netnsOf(input.nodeStates.get(pod.node), pod)?.sockets;
  return sockets === undefined || !sockets.known || sockets.value.some(({ port }) => port === probePort);
}

/** The probe Pod of the Node after this one, in a ring. */
export function nextOf(sources: readonly Pod[], node: string): Pod | undefined {
  const at = sources.findIndex((source) => source.node === node);
  return sources[(at + 1) % Math.max(sources.length, 1)];
}
