import { refOf } from "./define.ts";
import { findingKey } from "./finding.ts";
import type { FlowResult } from "./flow.ts";
import { failingFlows } from "./flow-outcome.ts";
import type { Pod, Service } from "./kubernetes.ts";

/** What a forwarding loop brings: no name resolves, or none outside the cluster; with the `loop` plugin no replica stays up. */
export function symptomsOfLoop(
  namespace: string,
  services: readonly Service[],
  flows: readonly FlowResult[],
): readonly string[] {
  return [
    ...new Set([...failedLookups(flows, true), ...failedLookups(flows, false)]),
    ...symptomsOfDeadDns(namespace, services),
    findingKey("cluster-dns-upstream-failing", { kind: "Cluster", namespace: "", name: "cluster" }),
  ];
}
/** The failed lookups of names in the cluster, or of those outside it. */
export function failedLookups(flows: readonly FlowResult[], external: boolean): readonly string[] {
  const failing = failingFlows(flows);
  return flows.filter((result) => failing.has(result.flow.id) && isLookup(result, external)).map(({ flow }) => flow.id);
}
/** The findings that a cluster DNS which cannot work brings about, in the namespace of its workload. */
export function symptomsOfDeadDns(namespace: string, services: readonly Service[]): readonly string[] {
  const workloads = ["Deployment", "DaemonSet"].flatMap((kind) =>
    ["coredns", "kube-dns"].map((name) => findingKey("cluster-dns-not-ready", refOf(kind, { namespace, name }))),
  );
  const ofServices = services.filter(isDns).flatMap((service) => {
    const subject = refOf("Service", service);
    return [findingKey("service-without-ready-endpoints", subject), findingKey("service-selecting-no-pods", subject)];
  });
  return [...workloads, ...ofServices];
}

/** The addresses at which the cluster DNS itself answers. */
export function ownAddresses(services: readonly Service[], pods: readonly Pod[]): ReadonlySet<string> {
  return new Set([
    ...services.filter(isDns).flatMap(({ clusterIPs }) => clusterIPs),
    ...dnsPods(pods).flatMap(({ ips }) => ips),
  ]);
}
/** The replicas of the cluster DNS that have a network of their own: in the Node's, loopback is somebody else. */
export const dnsPods = (pods: readonly Pod[]): readonly Pod[] =>
  pods.filter(({ labels, hostNetwork }) => labels["k8s-app"] === "kube-dns" && !hostNetwork);
const isDns = ({ labels, ports }: Service): boolean =>
  labels["k8s-app"] === "kube-dns" && ports.some(({ port }) => port === 53);
/** 127.0.0.0/8 inside the CoreDNS Pod is CoreDNS; behind NodeLocal DNSCache the address is link-local, not loopback. */
export const isLoopback = (target: string): boolean => target.startsWith("127.") || target === "::1";
const isLookup = ({ flow }: FlowResult, external: boolean): boolean =>
  flow.dns !== null && flow.purpose === "dns" && (flow.dns.name === ".") === external;
