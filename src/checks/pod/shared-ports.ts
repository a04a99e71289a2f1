import { defineCheck, defineFinding, evidence, reads, refOf } from "../../model/define.ts";
import type { Facts } from "../../model/facts.ts";
import { findingKey } from "../../model/finding.ts";
import type { ContainerPort, Pod } from "../../model/kubernetes.ts";
import { failedTo, serviceSelects, workloadOf } from "../../model/selection.ts";

export const containersSharingPort = defineFinding<{
  readonly port: string;
  readonly containers: readonly string[];
  readonly crashing: string;
  /** kind/name, as kubectl takes it. */
  readonly pod: string;
}>({
  id: "containers-sharing-port",
  severity: "error",
  what: ({ port, containers, crashing }) =>
    `has containers ${containers.join(" and ")} that both listen on ${port}, and ${crashing} crashes`,
  why: () =>
    "The containers of a Pod share one network: a port can be had once. The container that starts second ends with `address already in use`, again and again, and the Pod is never ready.",
  next: ({ pod, crashing }, { namespace }) => [
    reads("kubectl", "-n", namespace, "logs", pod, "-c", crashing, "--previous", "--tail=20"),
    reads("kubectl", "-n", namespace, "get", pod, "-o", "jsonpath={..containers[*].ports}"),
  ],
});

/** By what the containers declare, which the processes need not follow: hence inferred, and only where one of the two crashes. */
export const podSharedPorts = defineCheck({
  id: "pod/shared-ports",
  question: "Have the containers of every Pod ports of their own?",
  needs: ["pods", "workloads", "services", "flows"],
  raises: [containersSharingPort],
  run({ pods, workloads, services, flows }) {
    const several = pods.filter(({ containers, hostNetwork }) => containers.length > 1 && !hostNetwork);
    const findings = several.flatMap((pod) => {
      const shared = sharedPort(pod);
      if (shared === null) return [];
      const { port, crashing, containers } = shared;
      const workload = workloadOf(pod, workloads);
      return [
        containersSharingPort.at(
          workload === undefined ? refOf("Pod", pod) : refOf(workload.kind, workload),
          {
            port: `${port.protocol} ${port.port}`,
            containers,
            crashing: crashing.name,
            pod: workload === undefined ? `pod/${pod.name}` : `${workload.kind.toLowerCase()}/${workload.name}`,
          },
          {
            confidence: "inferred",
            evidence: [
              evidence(
                "api/pods",
                `${pod.namespace}/${pod.name} spec.containers[*].ports`,
                `${port.protocol} ${port.port}`,
              ),
              evidence(
                "api/pods",
                `${pod.namespace}/${pod.name} container ${crashing.name}`,
                `${crashing.reason || crashing.state}, ${crashing.restarts} restarts`,
              ),
            ],
            explains: symptoms(pod, services, flows),
          },
        ),
      ];
    });
    return { examined: several.length, findings };
  },
});

/** The port that two containers declare, one of which crashes while the other runs. */
function sharedPort(pod: Pod) {
  const byPort = new Map<string, ContainerPort[]>();
  for (const port of pod.ports) {
    const key = `${port.protocol} ${port.port}`;
    byPort.set(key, [...(byPort.get(key) ?? []), port]);
  }
  for (const ports of byPort.values()) {
    const containers = [...new Set(ports.map(({ container }) => container))];
    const states = pod.containers.filter(({ name }) => containers.includes(name));
    const crashing = states.find(
      ({ state, reason }) => reason === "CrashLoopBackOff" || (state === "terminated" && reason === "Error"),
    );
    const running = states.some(({ state }) => state === "running");
    const [port] = ports;
    if (containers.length > 1 && crashing !== undefined && running && port !== undefined)
      return { port, crashing, containers };
  }
  return null;
}

function symptoms(pod: Pod, services: Facts["services"], flows: Facts["flows"]): readonly string[] {
  const waiting = services.filter((service) => serviceSelects(service, pod));
  return waiting.flatMap((service) => [
    findingKey("service-without-ready-endpoints", refOf("Service", service)),
    ...failedTo(service, flows),
  ]);
}
