import { defineCheck, defineFinding, evidence, reads, refOf } from "../../model/define.ts";
import { findingKey } from "../../model/finding.ts";
import { groupBy } from "../../model/flow-outcome.ts";
import type { Pod } from "../../model/kubernetes.ts";
import { failedTo, serviceSelects, workloadOf } from "../../model/selection.ts";

export const hostPortTaken = defineFinding<{
  readonly ports: readonly string[];
  readonly holders: readonly string[];
  readonly pod: string;
}>({
  id: "host-port-taken",
  severity: "error",
  what: ({ ports, holders }) =>
    `waits for ${ports.length === 1 ? "host port" : "host ports"} ${ports.join(", ")}, which ${holders.length === 0 ? "no Node has free" : `${holders.slice(0, 3).join(", ")} ${holders.length === 1 ? "holds" : "hold"}`}`,
  why: () =>
    "A host port can be had once on each Node. The scheduler leaves a Pod Pending that finds it taken on every Node it may run on.",
  next: ({ pod }, { namespace }) => [
    reads("kubectl", "-n", namespace, "describe", "pod", pod),
    reads(
      "kubectl",
      "get",
      "pods",
      "-A",
      "-o",
      "custom-columns=NS:.metadata.namespace,POD:.metadata.name,NODE:.spec.nodeName,HOSTPORT:.spec.containers[*].ports[*].hostPort",
    ),
  ],
});

/** What the scheduler's NodePorts filter says (pkg/scheduler/framework/plugins/nodeports, ErrReason). */
const NO_PORT = /didn't have free ports for the requested pod ports/;

export const podHostPorts = defineCheck({
  id: "pod/host-ports",
  question: "Does every Pod get the host ports it asks for?",
  needs: ["pods", "events", "workloads", "services", "flows"],
  raises: [hostPortTaken],
  run({ pods, events, workloads, services, flows }) {
    const asking = pods.filter(({ ports }) => ports.some(({ hostPort }) => hostPort !== null));
    const said = groupBy(
      events.filter(({ reason, message }) => reason === "FailedScheduling" && NO_PORT.test(message)),
      ({ about }) => `${about.namespace}/${about.name}`,
    );
    const findings = asking.flatMap((pod) => {
      const [event] = said.get(`${pod.namespace}/${pod.name}`) ?? [];
      if (event === undefined || pod.phase !== "Pending" || pod.node !== "") return [];
      const wanted = portsOf(pod);
      const holders = asking.filter(
        (other) => other.node !== "" && portsOf(other).some((port) => wanted.includes(port)),
      );
      const workload = workloadOf(pod, workloads);
      return [
        hostPortTaken.at(
          workload === undefined ? refOf("Pod", pod) : refOf(workload.kind, workload),
          { ports: wanted, holders: holders.map(({ namespace, name }) => `${namespace}/${name}`), pod: pod.name },
          {
            confidence: "proven",
            evidence: [
              evidence("api/events", `FailedScheduling ${pod.namespace}/${pod.name}`, event.message.slice(0, 200)),
              ...holders
                .slice(0, 2)
                .map((holder) =>
                  evidence(
                    "api/pods",
                    `${holder.namespace}/${holder.name} hostPort`,
                    `${portsOf(holder).join(", ")} on ${holder.node}`,
                  ),
                ),
            ],
            explains: services
              .filter((service) => serviceSelects(service, pod))
              .flatMap((service) => [
                findingKey("service-without-ready-endpoints", refOf("Service", service)),
                ...failedTo(service, flows),
              ]),
          },
        ),
      ];
    });
    return { examined: asking.length, findings };
  },
});

const portsOf = ({ ports }: Pod): readonly string[] =>
  ports.flatMap(({ hostPort, protocol }) => (hostPort === null ? [] : [`${protocol} ${hostPort}`]));
