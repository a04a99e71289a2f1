import { defineCheck, defineFinding, evidence, reads, refOf } from "../../model/define.ts";

export const loadBalancerPending = defineFinding<{ readonly nodePorts: readonly string[] }>({
  id: "load-balancer-pending",
  severity: "warning",
  what: ({ nodePorts }) =>
    `has no load balancer: its type is LoadBalancer and no address was given to it${nodePorts.length === 0 ? "" : `; it is reached by nodePort ${nodePorts.join(", ")}`}`,
  why: () =>
    "A cloud's controller, or one such as MetalLB, gives the address. Where none runs, or its pool is empty, the Service is reached from inside the cluster only.",
  next: (_, { namespace, name }) => [
    reads("kubectl", "-n", namespace, "describe", "service", name),
    reads("kubectl", "-n", namespace, "get", "service", name, "-o", "jsonpath={.status.loadBalancer}"),
  ],
});

/** status.loadBalancer.ingress is empty until some controller fills it (core/v1 LoadBalancerStatus). */
export const serviceLoadBalancer = defineCheck({
  id: "service/load-balancer",
  question: "Has every Service of type LoadBalancer an address?",
  needs: ["services"],
  raises: [loadBalancerPending],
  run({ services }) {
    const wanted = services.filter(({ type }) => type === "LoadBalancer");
    const findings = wanted
      .filter(({ loadBalancerIPs, externalIPs }) => loadBalancerIPs.length === 0 && externalIPs.length === 0)
      .map((service) =>
        loadBalancerPending.at(
          refOf("Service", service),
          { nodePorts: service.ports.flatMap(({ nodePort }) => (nodePort === null ? [] : [`${nodePort}`])) },
          {
            confidence: "proven",
            evidence: [
              evidence("api/services", `${service.namespace}/${service.name} status.loadBalancer.ingress`, "empty"),
            ],
          },
        ),
      );
    return { examined: wanted.length, findings };
  },
});
