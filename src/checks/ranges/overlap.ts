import { clusterRef, defineCheck, defineFinding, evidence, reads } from "../../model/define.ts";
import type { FlowResult } from "../../model/flow.ts";
import { failingFlows } from "../../model/flow-outcome.ts";
import type { Node } from "../../model/kubernetes.ts";
import type { Overlap, Ranges } from "../../model/ranges.ts";
import { includesAddress, parseAddress, parseCidr } from "../../net/cidr.ts";

type Pair = { readonly a: string; readonly b: string };
const look = [
  reads(
    "kubectl",
    "get",
    "nodes",
    "-o",
    "custom-columns=NAME:.metadata.name,ADDRESS:.status.addresses[0].address,PODCIDR:.spec.podCIDR",
  ),
  reads("kubectl", "netdoctor", "cidr"),
];

export const podCidrOverlappingNodeNetwork = defineFinding<
  Pair & {
    readonly node: string;
    readonly address: string;
    readonly podCIDR: string;
    readonly owner: string;
    readonly gateway: string;
  }
>({
  id: "pod-cidr-overlapping-node-network",
  severity: "error",
  what: ({ a, b, node, address, podCIDR, owner, gateway }) =>
    `the Pod range ${a} overlaps the Node network ${b}${podCIDR !== "" ? `: Node ${node} has ${address}, inside the podCIDR ${podCIDR} of Node ${owner}` : `: Pods get no answer from ${gateway}, which answers their Nodes`}`,
  why: () =>
    "Each Node routes its peers' podCIDRs to them. Where those hold Node addresses, packets for them go to Pods that are not there; and masquerading leaves the whole Pod range out, so hosts of the Node network that are not Nodes (routers, DNS servers, databases) are asked from Pod addresses they cannot answer.",
  next: () => look,
});
export const nodeNetworkInsidePodCidr = defineFinding<Pair>({
  id: "node-network-inside-pod-cidr",
  severity: "warning",
  what: ({ a, b }) =>
    `the Pod range ${a} overlaps the Node network ${b}; no podCIDR given out so far holds a Node's address`,
  why: () =>
    "The day the controller gives a Node the overlapping podCIDR, traffic to the hosts with those addresses goes astray.",
  next: () => look,
});
export const serviceCidrOverlapping = defineFinding<Pair & { readonly role: string }>({
  id: "service-cidr-overlapping",
  severity: "error",
  what: ({ a, b, role }) => `the Service range ${a} overlaps the ${role} range ${b}`,
  why: () =>
    "kube-proxy takes packets to cluster IPs before they are routed: an address that is both a Service and a Pod or Node reaches whichever was there first.",
  next: () => look,
});
export const podCidrShared = defineFinding<{ readonly podCIDR: string; readonly nodes: readonly string[] }>({
  id: "pod-cidr-shared-by-nodes",
  severity: "error",
  what: ({ podCIDR, nodes }) => `the podCIDR ${podCIDR} belongs to ${nodes.length} Nodes: ${nodes.join(", ")}`,
  why: () => "Two Pods can have one address, and packets for it go to one Node only.",
  next: () => look,
});

/** Ranges of different roles must be disjoint, unless the network is built to share one (cloud-native Pod addresses). */
export const rangesOverlap = defineCheck({
  id: "ranges/overlap",
  question: "Are the Node, Pod and Service ranges disjoint?",
  needs: ["ranges", "nodes", "flows"],
  raises: [podCidrOverlappingNodeNetwork, nodeNetworkInsidePodCidr, serviceCidrOverlapping, podCidrShared],
  run({ ranges, nodes, flows }) {
    const real = ranges.overlaps.filter(({ byDesign }) => byDesign === null);
    const between = (one: string, other: string) =>
      real.flatMap((overlap) =>
        overlap.a.role === one && overlap.b.role === other
          ? [overlap]
          : overlap.b.role === one && overlap.a.role === other
            ? [{ ...overlap, a: overlap.b, b: overlap.a }]
            : [],
      );
    const podNode = between("pod", "node")
      .slice(0, 1)
      .map((overlap) => podNodeFinding(overlap, ranges, nodes, flows));
    const service = [...between("service", "pod"), ...between("service", "node")]
      .slice(0, 2)
      .map((overlap) =>
        serviceCidrOverlapping.at(
          clusterRef,
          { a: overlap.a.cidr, b: overlap.b.cidr, role: overlap.b.role === "pod" ? "Pod" : "Node" },
          { confidence: "proven", evidence: seen(overlap) },
        ),
      );
    return { examined: ranges.ranges.length, findings: [...podNode, ...service, ...shared(ranges)] };
  },
});

const seen = ({ a, b }: Overlap) => [evidence(a.source, a.role, a.cidr), evidence(b.source, b.role, b.cidr)];

function nodeInsidePodCidr(
  ranges: Ranges,
  nodes: readonly { readonly name: string; readonly internalIPs: readonly string[] }[],
) {
  const blocks = ranges.perNode.flatMap(({ node, podCIDRs }) =>
    podCIDRs.flatMap((text) => {
      const cidr = parseCidr(text);
      return cidr === null ? [] : [{ owner: node, podCIDR: text, cidr }];
    }),
  );
  for (const { name, internalIPs } of [...nodes].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    for (const address of internalIPs) {
      const parsed = parseAddress(address);
      const hit = parsed === null ? undefined : blocks.find(({ cidr }) => includesAddress(cidr, parsed));
      if (hit !== undefined) return { node: name, address, podCIDR: hit.podCIDR, owner: hit.owner };
    }
  }
  return null;
}

function podNodeFinding(overlap: Overlap, ranges: Ranges, nodes: readonly Node[], flows: readonly FlowResult[]) {
  const params = { a: overlap.a.cidr, b: overlap.b.cidr };
  const hit = nodeInsidePodCidr(ranges, nodes);
  const lost = unansweredGateways(flows);
  if (hit === null && lost.length === 0)
    return nodeNetworkInsidePodCidr.at(clusterRef, params, { confidence: "proven", evidence: seen(overlap) });
  const gateway = lost[0]?.flow.to.ip ?? "";
  const failing = failingFlows(flows);
  const explains = flows.filter(
    ({ flow, predicted }) =>
      failing.has(flow.id) &&
      !predicted.some(({ stop }) => stop?.kind === "dropped-by-rule" || stop?.kind === "forwarding-disabled"),
  );
  return podCidrOverlappingNodeNetwork.at(
    clusterRef,
    { ...params, ...(hit ?? { node: "", address: "", podCIDR: "", owner: "" }), gateway },
    {
      confidence: "proven",
      evidence: [
        ...seen(overlap),
        ...(hit === null
          ? []
          : [
              evidence("api/nodes", `${hit.node} status.addresses`, hit.address),
              evidence("api/nodes", `${hit.owner} spec.podCIDRs`, hit.podCIDR),
            ]),
        ...lost
          .slice(0, 2)
          .map(({ flow, observed }) =>
            evidence(
              `probe/${flow.id}`,
              "ping",
              `${observed.known ? observed.value.outcome : ""}; the Node itself gets an answer`,
            ),
          ),
      ],
      explains: [...lost, ...explains].map(({ flow }) => flow.id),
    },
  );
}

/** Pings of a default gateway that a Pod gets no answer to and its Node does: masquerading leaves out what looks like a Pod address. */
function unansweredGateways(flows: readonly FlowResult[]): readonly FlowResult[] {
  const pings = flows.filter(
    ({ flow, observed }) => flow.purpose === "egress" && flow.protocol === "icmp" && observed.known,
  );
  const answered = new Set(
    pings.flatMap(({ flow, observed }) =>
      flow.from.kind === "Node" && observed.known && observed.value.outcome === "ok"
        ? [`${flow.from.name} ${flow.to.ip}`]
        : [],
    ),
  );
  return pings.filter(
    ({ flow, observed }) =>
      flow.from.kind === "Pod" &&
      observed.known &&
      observed.value.outcome !== "ok" &&
      answered.has(`${flow.from.node} ${flow.to.ip}`),
  );
}

function shared(ranges: Ranges) {
  const owners = new Map<string, string[]>();
  for (const { node, podCIDRs } of ranges.perNode)
    for (const cidr of podCIDRs) owners.set(cidr, [...(owners.get(cidr) ?? []), node]);
  return [...owners]
    .filter(([, nodes]) => nodes.length > 1)
    .map(([podCIDR, nodes]) =>
      podCidrShared.at(
        clusterRef,
        { podCIDR, nodes },
        {
          confidence: "proven",
          evidence: nodes.slice(0, 3).map((node) => evidence("api/nodes", `${node} spec.podCIDRs`, podCIDR)),
        },
      ),
    );
}
