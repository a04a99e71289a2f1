import { defineCheck, defineFinding, evidence, nodeRef, reads, refOf } from "../../model/define.ts";
import { findingKey } from "../../model/finding.ts";
import { groupBy } from "../../model/flow-outcome.ts";
import type { Pod, Service } from "../../model/kubernetes.ts";

export const podsWithoutNetwork = defineFinding<{ readonly pods: readonly string[]; readonly message: string }>({
  id: "pods-without-network",
  severity: "error",
  what: ({ pods, message }) =>
    `cannot set up the network of ${pods.length} new ${pods.length === 1 ? "Pod" : "Pods"}: ${message}`,
  why: () =>
    "The container runtime's call to the CNI plugin fails, so these Pods stay in ContainerCreating without an address.",
  next: ({ pods }, { name }) => {
    const [namespace = "", pod = ""] = (pods[0] ?? "").split("/");
    return [
      reads("kubectl", "-n", namespace, "describe", "pod", pod),
      reads("kubectl", "get", "events", "-A", "--field-selector", "reason=FailedCreatePodSandBox"),
      reads(
        "kubectl",
        "get",
        "pods",
        "-A",
        "-o",
        "wide",
        "--field-selector",
        `spec.nodeName=${name},status.phase=Pending`,
      ),
    ];
  },
});
export const nodeNetworkNotReady = defineFinding<{ readonly message: string }>({
  id: "node-network-not-ready",
  severity: "error",
  what: ({ message }) => `is NotReady because its runtime has no network: ${message}`,
  why: () => "The scheduler sends no Pods there, and those bound to it do not start.",
  next: (_, { name }) => [reads("kubectl", "describe", "node", name)],
});

const reasons = new Set(["FailedCreatePodSandBox", "NetworkNotReady", "FailedPodSandBoxStatus"]);

/** Pods that are bound to a Node and wait, and what the kubelet said about them. */
export const podSandbox = defineCheck({
  id: "pod/sandbox",
  question: "Does every Node set up the network of its Pods?",
  needs: ["pods", "events", "nodes", "services"],
  raises: [podsWithoutNetwork, nodeNetworkNotReady],
  run({ pods, events, nodes, services }) {
    const said = groupBy(
      events.filter(({ reason, about }) => about.kind === "Pod" && reasons.has(reason)),
      ({ about }) => `${about.namespace}/${about.name}`,
    );
    const waiting = pods.filter(
      ({ phase, node, ips, terminating, hostNetwork }) =>
        phase === "Pending" && node !== "" && ips.length === 0 && !terminating && !hostNetwork,
    );
    const stuck = waiting.flatMap((pod) => {
      const last = [...(said.get(`${pod.namespace}/${pod.name}`) ?? [])]
        .sort((a, b) => a.lastSeen.localeCompare(b.lastSeen))
        .at(-1);
      return last === undefined ? [] : [{ pod, event: last }];
    });
    const findings = [...groupBy(stuck, ({ pod }) => pod.node)].flatMap(([node, group]) => {
      const first = group[0];
      if (first === undefined) return [];
      return [
        podsWithoutNetwork.at(
          nodeRef(node),
          { pods: group.map(({ pod }) => `${pod.namespace}/${pod.name}`), message: brief(first.event.message) },
          {
            confidence: "proven",
            evidence: group
              .slice(0, 2)
              .map(({ pod, event }) =>
                evidence("api/events", `${event.reason} ${pod.namespace}/${pod.name}`, event.message.slice(0, 300)),
              ),
            explains: [
              findingKey("node-network-not-ready", nodeRef(node)),
              ...group.flatMap(({ pod }) => servicesOf(pod, services)),
            ],
          },
        ),
      ];
    });
    const notReady = nodes
      .filter(
        ({ ready, readyReason }) =>
          !ready && /NetworkPluginNotReady|cni plugin not initialized|network.*not.?ready/i.test(readyReason),
      )
      .map((node) =>
        nodeNetworkNotReady.at(
          nodeRef(node.name),
          { message: brief(node.readyReason) },
          {
            confidence: "proven",
            evidence: [evidence("api/nodes", `${node.name} status.conditions Ready`, node.readyReason)],
          },
        ),
      );
    return { examined: pods.length, findings: [...findings, ...notReady] };
  },
});

/** The end of the chain of wrapped errors is what the plugin or the runtime said first. */
function brief(message: string): string {
  const known =
    /(cni plugin not initialized|failed to find plugin "[^"]+"[^:]*|plugin type="[^"]+" failed \([a-z]+\): .*|no IP addresses available.*|error parsing configuration.*)/i.exec(
      message,
    )?.[1];
  const text = (known ?? message).replace(/\s+/g, " ");
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}

/** The Services that wait for this Pod. */
function servicesOf(pod: Pod, services: readonly Service[]): readonly string[] {
  return services
    .filter(
      ({ namespace, selector }) =>
        namespace === pod.namespace &&
        selector !== null &&
        Object.entries(selector).every(([key, value]) => pod.labels[key] === value),
    )
    .map((service) => findingKey("service-without-ready-endpoints", refOf("Service", service)));
}
