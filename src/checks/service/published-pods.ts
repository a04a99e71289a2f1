import { changes, defineCheck, defineFinding, evidence, reads, refOf } from "../../model/define.ts";
import { findingKey } from "../../model/finding.ts";
import type { FlowResult } from "../../model/flow.ts";
import { failingFlows } from "../../model/flow-outcome.ts";
import type { Pod } from "../../model/kubernetes.ts";
import { failedTo, serviceSelects } from "../../model/selection.ts";

export const servicePublishingNotReadyPods = defineFinding<{
  readonly pods: readonly string[];
  readonly total: number;
}>({
  id: "service-publishing-not-ready-pods",
  severity: "error",
  what: ({ pods, total }) =>
    `publishes not-ready addresses and sends to ${pods.length} of ${total} Pods that ${pods.length === 1 ? "does" : "do"} not answer, such as ${pods[0] ?? ""}`,
  why: () =>
    "With publishNotReadyAddresses a Service counts every Pod as ready. For finding peers by a headless Service that is meant; behind a cluster IP it sends part of the connections to Pods that refuse them.",
  next: ({ pods }, { namespace, name }) => [
    reads("kubectl", "-n", namespace, "get", "service", name, "-o", "jsonpath={.spec.publishNotReadyAddresses}"),
    reads("kubectl", "-n", namespace, "describe", "pod", pods[0] ?? ""),
    changes(
      "kubectl",
      "-n",
      namespace,
      "patch",
      "service",
      name,
      "--type=merge",
      "-p",
      '{"spec":{"publishNotReadyAddresses":false}}',
    ),
  ],
});

/** Only what a packet proved: Pods that are not ready and answer all the same hurt nobody. */
export const servicePublishedPods = defineCheck({
  id: "service/published-pods",
  question: "Do the Pods answer that a Service publishes before they are ready?",
  needs: ["services", "pods", "flows"],
  raises: [servicePublishingNotReadyPods],
  run({ services, pods, flows }) {
    const publishing = services.filter(
      ({ publishNotReadyAddresses, headless, selector }) => publishNotReadyAddresses && !headless && selector !== null,
    );
    const findings = publishing.flatMap((service) => {
      const selected = pods.filter(
        (pod) => pod.phase === "Running" && !pod.terminating && pod.ips.length > 0 && serviceSelects(service, pod),
      );
      const silent = selected.flatMap((pod) => {
        const failed = pod.ready ? [] : failedEndpoint(pod, flows);
        return failed.length === 0 ? [] : [{ pod, failed }];
      });
      if (silent.length === 0) return [];
      const subject = refOf("Service", service);
      return [
        servicePublishingNotReadyPods.at(
          subject,
          { pods: silent.map(({ pod }) => pod.name).sort(), total: selected.length },
          {
            confidence: "proven",
            evidence: [
              evidence("api/services", `${service.namespace}/${service.name} spec.publishNotReadyAddresses`, "true"),
              ...silent
                .slice(0, 2)
                .map(({ pod }) =>
                  evidence("api/pods", `${pod.namespace}/${pod.name} status.conditions Ready`, "not True"),
                ),
            ],
            explains: [
              ...silent.flatMap(({ failed }) => failed),
              ...failedTo(service, flows),
              findingKey("service-target-port-closed", subject),
              findingKey("listening-on-loopback-only", subject),
            ],
          },
        ),
      ];
    });
    return { examined: publishing.length, findings };
  },
});

function failedEndpoint({ ips }: Pod, flows: readonly FlowResult[]): readonly string[] {
  const failing = failingFlows(flows);
  return flows
    .filter(({ flow }) => flow.purpose === "pod-to-endpoint" && failing.has(flow.id) && ips.includes(flow.to.ip))
    .map(({ flow }) => flow.id);
}
