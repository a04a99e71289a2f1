import { defineCheck, defineFinding, evidence, reads, refOf } from "../../model/define.ts";
import type { Finding } from "../../model/finding.ts";
import { groupBy } from "../../model/flow-outcome.ts";
import type { Pod, Service } from "../../model/kubernetes.ts";
import type { NetworkPolicy, PolicyPort } from "../../model/network-policy.ts";
import { canBeIsolated, podIndex, selectedBy } from "../../policy/selection.ts";

export const networkPolicyServicePort = defineFinding<{
  readonly port: number;
  readonly service: string;
  readonly targetPort: number;
}>({
  id: "network-policy-service-port",
  severity: "warning",
  what: ({ port, service, targetPort }) =>
    `allows port ${port}, which is Service ${service}'s own; its Pods take ${targetPort}, which nothing allows`,
  why: ({ targetPort }) =>
    `Packets reach a Pod with the Pod's port: the Service's is gone by then. Where policies are enforced, connections through the Service are dropped at port ${targetPort}.`,
  next: ({ service }, { namespace, name }) => [
    reads("kubectl", "-n", namespace, "get", "service", service, "-o", "jsonpath={.spec.ports}"),
    reads("kubectl", "-n", namespace, "get", "networkpolicy", name, "-o", "jsonpath={.spec.ingress}"),
  ],
});
export const networkPolicyPortProtocol = defineFinding<{
  readonly port: number;
  readonly allowed: string;
  readonly offered: string;
  readonly pod: string;
}>({
  id: "network-policy-port-protocol",
  severity: "info",
  what: ({ port, allowed, offered, pod }) =>
    `allows ${allowed} ${port}, and its Pods such as ${pod} declare ${offered} ${port} only`,
  why: () =>
    "A port that is written without a protocol is TCP. What the Pods take under the other protocol stays denied.",
  next: ({ pod }, { namespace, name }) => [
    reads("kubectl", "-n", namespace, "get", "networkpolicy", name, "-o", "jsonpath={.spec.ingress}"),
    reads("kubectl", "-n", namespace, "get", "pod", pod, "-o", "jsonpath={.spec.containers[*].ports}"),
  ],
});

/** Ports of ingress rules against the ports of the Pods that they are to open. Ports by name cannot go wrong so. */
export const policyPorts = defineCheck({
  id: "policy/ports",
  question: "Do NetworkPolicies allow the ports that Pods take?",
  needs: ["networkPolicies", "pods", "services"],
  raises: [networkPolicyServicePort, networkPolicyPortProtocol],
  run({ networkPolicies, pods, services }) {
    const selectedPods = podIndex(pods.filter(canBeIsolated));
    const servicesOf = groupBy(services, ({ namespace }) => namespace);
    const policiesOf = groupBy(networkPolicies, ({ namespace }) => namespace);
    const restricted = networkPolicies.filter(
      ({ policyTypes, ingress }) => policyTypes.includes("Ingress") && ingress.length > 0,
    );
    return {
      examined: restricted.length,
      findings: restricted.flatMap((policy) => {
        const selected = selectedPods(policy);
        // Asked only where a port looks wrong: every policy against every Pod is too much for a large namespace.
        const together = (): readonly NetworkPolicy[] =>
          (policiesOf.get(policy.namespace) ?? []).filter(
            (other) => other.policyTypes.includes("Ingress") && selectedBy(other, selected).length > 0,
          );
        return selected.length === 0
          ? []
          : [
              ...servicePorts(policy, selected, servicesOf.get(policy.namespace) ?? [], together),
              ...otherProtocol(policy, selected, together),
            ];
      }),
    };
  },
});

const portsOf = ({ ingress }: NetworkPolicy): readonly PolicyPort[] => ingress.flatMap(({ ports }) => ports ?? []);

/** Some rule leaves it open: by number, by range, by name, by protocol, or by not saying. */
function opens(policies: readonly NetworkPolicy[], protocol: string, port: number): boolean {
  return policies.some(({ ingress }) =>
    ingress.some(({ ports }) => ports === null || ports.some((entry) => mayCover(entry, protocol, port))),
  );
}
function mayCover({ protocol, port, endPort, unread }: PolicyPort, wanted: string, number: number): boolean {
  if (unread !== null) return true;
  if (protocol !== wanted) return false;
  return typeof port !== "number" || (port <= number && number <= (endPort ?? port));
}

function servicePorts(
  policy: NetworkPolicy,
  selected: readonly Pod[],
  services: readonly Service[],
  together: () => readonly NetworkPolicy[],
): readonly Finding[] {
  return services.flatMap(({ name, namespace, selector, ports }) => {
    const behind = selected.find(
      ({ labels }) =>
        selector !== null &&
        Object.keys(selector).length > 0 &&
        Object.entries(selector).every(([key, value]) => labels[key] === value),
    );
    if (behind === undefined) return [];
    return ports.flatMap(({ port, protocol, targetPort }) => {
      const target =
        typeof targetPort === "number"
          ? targetPort
          : behind.ports.find((own) => own.name === targetPort && own.protocol === protocol)?.port;
      const named = portsOf(policy).some(
        (entry) => entry.port === port && entry.protocol === protocol && entry.endPort === null,
      );
      if (target === undefined || target === port || !named || opens(together(), protocol, target)) return [];
      if (behind.ports.some((own) => own.port === port && own.protocol === protocol)) return [];
      return [
        networkPolicyServicePort.at(
          refOf("NetworkPolicy", policy),
          { port, service: name, targetPort: target },
          {
            confidence: "inferred",
            evidence: [
              evidence("api/networkpolicies", `${policy.namespace}/${policy.name} spec.ingress`, `${protocol} ${port}`),
              evidence("api/services", `${namespace}/${name} spec.ports`, `${protocol} ${port} to ${target}`),
            ],
          },
        ),
      ];
    });
  });
}

function otherProtocol(
  policy: NetworkPolicy,
  selected: readonly Pod[],
  together: () => readonly NetworkPolicy[],
): readonly Finding[] {
  const numbers = portsOf(policy).filter((entry) => entry.unread === null && entry.endPort === null);
  return numbers.flatMap(({ port, protocol }) => {
    const declared = selected
      .flatMap((pod) => pod.ports.map((own) => ({ pod, own })))
      .filter(({ own }) => own.port === port);
    const [first] = declared;
    if (typeof port !== "number" || first === undefined) return [];
    if (declared.some(({ own }) => own.protocol === protocol) || opens(together(), first.own.protocol, port)) return [];
    return [
      networkPolicyPortProtocol.at(
        refOf("NetworkPolicy", policy),
        { port, allowed: protocol, offered: first.own.protocol, pod: first.pod.name },
        {
          confidence: "inferred",
          evidence: [
            evidence("api/networkpolicies", `${policy.namespace}/${policy.name} spec.ingress`, `${protocol} ${port}`),
            evidence("api/pods", `${first.pod.namespace}/${first.pod.name} ports`, `${first.own.protocol} ${port}`),
          ],
        },
      ),
    ];
  });
}
