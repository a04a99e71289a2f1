import { defineCheck, defineFinding, evidence, reads, refOf } from "../../model/define.ts";
import type { Facts } from "../../model/facts.ts";
import { failingFlows } from "../../model/flow-outcome.ts";
import type { EndpointSlice } from "../../model/kubernetes.ts";
import { type Cidr, includesAddress, parseAddress, parseCidr } from "../../net/cidr.ts";

export const endpointAddressUnassigned = defineFinding<{
  readonly addresses: readonly string[];
  readonly slice: string;
  readonly total: number;
}>({
  id: "endpoint-address-unassigned",
  severity: "error",
  what: ({ addresses, slice, total }) =>
    `sends to ${addresses.slice(0, 3).join(", ")}, ${addresses.length} of the ${total} addresses of EndpointSlice ${slice}, which ${addresses.length === 1 ? "is" : "are"} of the Pod range and of no Pod`,
  why: () =>
    "Connections that are sent there go to nobody: they time out, or reach whichever Pod gets the address next. Nothing corrects an EndpointSlice that is made by hand.",
  next: ({ slice }, { namespace }) => [
    reads("kubectl", "-n", namespace, "get", "endpointslice", slice, "-o", "yaml"),
    reads("kubectl", "-n", namespace, "get", "pods", "-o", "wide"),
  ],
});

/** Addresses outside the Pod range are somebody else's and legitimate; one that answers is in use, whoever has it. */
export const serviceEndpointAddresses = defineCheck({
  id: "service/endpoint-addresses",
  question: "Does a Pod have every Pod address that Services send to?",
  needs: ["services", "endpointSlices", "pods", "nodes", "ranges", "flows"],
  raises: [endpointAddressUnassigned],
  run(facts) {
    const { services, endpointSlices, flows } = facts;
    const strays = strayTest(facts);
    const known = new Set(services.map(({ namespace, name }) => `${namespace}/${name}`));
    const failing = failingFlows(flows);
    const slices = endpointSlices.filter(
      (slice) => slice.family !== "FQDN" && known.has(`${slice.namespace}/${slice.service}`),
    );
    const findings = slices.flatMap((slice) => {
      const endpoints = slice.endpoints.filter(({ ready }) => ready);
      const addresses = [
        ...new Set(
          endpoints.flatMap((endpoint) => endpoint.addresses.filter((ip) => strays(ip, endpoint.target !== null))),
        ),
      ].sort();
      if (addresses.length === 0) return [];
      const explains = flows
        .filter(({ flow }) => failing.has(flow.id) && (addresses.includes(flow.to.ip) || isTo(flow.to, slice)))
        .map(({ flow }) => flow.id);
      return [
        endpointAddressUnassigned.at(
          refOf("Service", { namespace: slice.namespace, name: slice.service }),
          { addresses, slice: slice.name, total: endpoints.flatMap((endpoint) => endpoint.addresses).length },
          {
            confidence: explains.length > 0 ? "proven" : "inferred",
            evidence: [
              evidence("api/endpointslices", `${slice.namespace}/${slice.name} endpoints`, addresses.join(", ")),
              evidence("api/pods", "status.podIPs", "no Pod has it"),
            ],
            explains,
          },
        ),
      ];
    });
    return { examined: slices.length, findings };
  },
});

const isTo = (end: Facts["flows"][number]["flow"]["to"], slice: EndpointSlice): boolean =>
  end.kind === "Service" && end.namespace === slice.namespace && end.name === slice.service;

/** Whether an address is of the Pod range and nobody's. What names its Pod may be ahead of the list of Pods: that needs a failed probe. */
function strayTest({ pods, nodes, ranges, flows }: Pick<Facts, "pods" | "nodes" | "ranges" | "flows">) {
  const held = new Set([
    ...pods.filter(({ phase }) => phase !== "Succeeded" && phase !== "Failed").flatMap(({ ips }) => ips),
    ...nodes.flatMap(({ internalIPs, externalIPs }) => [...internalIPs, ...externalIPs]),
  ]);
  const cidrs = ranges.ranges
    .filter(({ role }) => role === "pod")
    .flatMap(({ cidr }): Cidr | readonly Cidr[] => parseCidr(cidr) ?? []);
  const seen = new Map(
    flows.flatMap(({ flow, observed }) => (observed.known ? [[flow.to.ip, observed.value.outcome] as const] : [])),
  );
  return (ip: string, hasTarget: boolean): boolean => {
    const address = parseAddress(ip);
    if (address === null || held.has(ip) || seen.get(ip) === "ok") return false;
    if (hasTarget && !seen.has(ip)) return false;
    return cidrs.some((cidr) => includesAddress(cidr, address));
  };
}
