import { defineCheck, defineFinding, reads, refOf } from "../../model/define.ts";
import { nodeOf } from "../../model/flow-end.ts";
import { groupBy, seenIn, stoppedBy } from "../../model/flow-outcome.ts";
import type { EndpointSlice } from "../../model/kubernetes.ts";

const some = (names: readonly string[]): string =>
  `${names.slice(0, 3).join(", ")}${names.length > 3 ? ` and ${names.length - 3} more` : ""}`;

export const serviceWithoutLocalEndpoint = defineFinding<{
  readonly nodes: readonly string[];
  readonly elsewhere: readonly string[];
}>({
  id: "service-without-local-endpoint",
  severity: "error",
  what: ({ nodes, elsewhere }) =>
    `has internalTrafficPolicy Local and no ready endpoint on ${nodes.length === 1 ? "Node" : "Nodes"} ${some(nodes)}; it has on ${some(elsewhere)}`,
  why: () =>
    "With that policy a Node sends to endpoints of its own and to no others, as if the rest were not there: Pods of a Node without one cannot reach the Service.",
  next: (_, { namespace, name }) => [
    reads("kubectl", "-n", namespace, "get", "service", name, "-o", "jsonpath={.spec.internalTrafficPolicy}"),
    reads(
      "kubectl",
      "-n",
      namespace,
      "get",
      "endpointslices",
      "--selector",
      `kubernetes.io/service-name=${name}`,
      "-o",
      "yaml",
    ),
  ],
});

/** KEP-2086. A Service without any ready endpoint is service/endpoints' to tell. */
export const serviceLocalEndpoints = defineCheck({
  id: "service/local-endpoints",
  question: "Has every Service of node-local traffic an endpoint on each Node that asks for it?",
  needs: ["probed", "flows", "services", "endpointSlices"],
  raises: [serviceWithoutLocalEndpoint],
  run({ flows, services, endpointSlices }) {
    const local = services.filter(({ internalTrafficPolicy }) => internalTrafficPolicy === "Local");
    const stopped = groupBy(stoppedBy(flows, "no-endpoint"), ({ stop }) => stop.service);
    const findings = local.flatMap((service) => {
      const name = `${service.namespace}/${service.name}`;
      const group = (stopped.get(name) ?? []).filter(({ result }) => nodeOf(result.flow.from) !== "");
      const elsewhere = readyNodes(endpointSlices, name);
      const nodes = [...new Set(group.map(({ result }) => nodeOf(result.flow.from)))].sort();
      // An endpoint on that very Node: then it is another port that has none.
      if (elsewhere.length === 0 || nodes.length === 0 || nodes.some((node) => elsewhere.includes(node))) return [];
      return [serviceWithoutLocalEndpoint.at(refOf("Service", service), { nodes, elsewhere }, seenIn(group))];
    });
    return { examined: local.length, findings };
  },
});

function readyNodes(slices: readonly EndpointSlice[], service: string): readonly string[] {
  const ready = slices
    .filter((slice) => `${slice.namespace}/${slice.service}` === service)
    .flatMap(({ endpoints }) => endpoints.filter((endpoint) => endpoint.ready));
  return [...new Set(ready.map(({ node }) => node))].filter((node) => node !== "").sort();
}
