import { changes, defineCheck, defineFinding, evidence, reads, refOf } from "../../model/define.ts";
import { findingKey } from "../../model/finding.ts";
import { failingFlows } from "../../model/flow-outcome.ts";
import type { Service, Workload } from "../../model/kubernetes.ts";

export const clusterDnsWithoutReplicas = defineFinding<{ readonly service: string }>({
  id: "cluster-dns-without-replicas",
  severity: "error",
  what: () => "is scaled to zero: the cluster DNS has no Pod",
  why: ({ service }) => `Nothing answers behind Service ${service}, so every name that a Pod looks up fails.`,
  next: (_, { kind, namespace, name }) => [
    reads("kubectl", "-n", namespace, "get", `${kind.toLowerCase()}/${name}`),
    ...(kind === "DaemonSet"
      ? []
      : [changes("kubectl", "-n", namespace, "scale", `${kind.toLowerCase()}/${name}`, "--replicas=2")]),
  ],
});
export const clusterDnsNotReady = defineFinding<{
  readonly service: string;
  readonly ready: number;
  readonly desired: number;
}>({
  id: "cluster-dns-not-ready",
  severity: "error",
  what: ({ desired }) => `has none of its ${desired} Pods ready`,
  why: ({ service }) =>
    `Service ${service} has no endpoint to send queries to, so every name that a Pod looks up fails.`,
  next: (_, { namespace, kind, name }) => [
    reads("kubectl", "-n", namespace, "describe", `${kind.toLowerCase()}/${name}`),
    reads("kubectl", "-n", namespace, "logs", `${kind.toLowerCase()}/${name}`, "--tail=30"),
  ],
});

/** The workload whose Pods the DNS Service selects, and whether it has any ready. */
export const dnsReplicas = defineCheck({
  id: "dns/replicas",
  question: "Has the cluster DNS Pods that are ready?",
  needs: ["services", "workloads", "flows"],
  raises: [clusterDnsWithoutReplicas, clusterDnsNotReady],
  run({ services, workloads, flows }) {
    const serving = services.filter(
      ({ labels, selector, ports }) =>
        labels["k8s-app"] === "kube-dns" && selector !== null && ports.some(({ port }) => port === 53),
    );
    const failing = failingFlows(flows);
    const lookups = flows
      .filter(({ flow }) => flow.purpose === "dns" && failing.has(flow.id))
      .map(({ flow }) => flow.id);
    const findings = serving.flatMap((service) => {
      const behind = workloads.filter((workload) => backs(workload, service));
      if (behind.length === 0 || behind.some(({ ready }) => ready > 0)) return [];
      const name = `${service.namespace}/${service.name}`;
      const direct = flows
        .filter(
          ({ flow }) =>
            failing.has(flow.id) && flow.to.kind === "Service" && `${flow.to.namespace}/${flow.to.name}` === name,
        )
        .map(({ flow }) => flow.id);
      const explains = [
        ...lookups,
        ...direct,
        findingKey("service-selecting-no-pods", refOf("Service", service)),
        findingKey("service-scaled-to-zero", refOf("Service", service)),
        findingKey("service-without-ready-endpoints", refOf("Service", service)),
      ];
      return behind.map((workload) => {
        const subject = refOf(workload.kind, workload);
        const seen = {
          confidence: "proven" as const,
          evidence: [
            evidence(
              `api/${workload.kind.toLowerCase()}s`,
              `${workload.namespace}/${workload.name} spec.replicas`,
              `${workload.desired}`,
            ),
            evidence(
              `api/${workload.kind.toLowerCase()}s`,
              `${workload.namespace}/${workload.name} status.readyReplicas`,
              `${workload.ready}`,
            ),
          ],
          explains,
        };
        return workload.desired === 0
          ? clusterDnsWithoutReplicas.at(subject, { service: name }, seen)
          : clusterDnsNotReady.at(subject, { service: name, ready: workload.ready, desired: workload.desired }, seen);
      });
    });
    return { examined: serving.length, findings };
  },
});

function backs(workload: Workload, { namespace, selector }: Service): boolean {
  return (
    workload.namespace === namespace &&
    Object.entries(selector ?? {}).every(([key, value]) => workload.selector[key] === value)
  );
}
