import type { Missing } from "../../model/check.ts";
import { defineCheck, defineFinding, evidence, reads, refOf } from "../../model/define.ts";
import type { Facts } from "../../model/facts.ts";
import { type Finding, findingKey } from "../../model/finding.ts";
import { groupBy } from "../../model/flow-outcome.ts";
import type { ObjectRef, Pod } from "../../model/kubernetes.ts";
import { type DnsServer, dnsServers, dnsServices, hasNodeLocalDns } from "../../policy/cluster-dns.ts";
import type { PodEnd } from "../../policy/end.ts";
import { type DirectionJudgement, isolating, judge } from "../../policy/judge.ts";
import { canBeIsolated } from "../../policy/selection.ts";
import { type PolicyWorld, policyWorld } from "../../policy/world.ts";

type WithoutDns = {
  readonly direction: string;
  readonly policies: readonly string[];
  readonly pods: number;
  readonly example: string;
  /** Of the servers, one, as "10.244.0.5:53". */
  readonly server: string;
  /** "yes", "no" or "unknown" */
  readonly enforced: string;
};
const pods = (number: number): string => `${number} ${number === 1 ? "Pod" : "Pods"}`;
const steps = ({ server }: WithoutDns, { namespace, name }: ObjectRef) => [
  reads("kubectl", "-n", namespace, "get", "networkpolicy", name, "-o", "yaml"),
  reads("kubectl", "netdoctor", "policy", "-n", namespace),
  reads(
    "kubectl",
    "-n",
    "kube-system",
    "get",
    "pods",
    "-o",
    "wide",
    "--field-selector",
    `status.podIP=${server.replace(/:\d+$/, "")}`,
  ),
];

export const networkPolicyDeniesDns = defineFinding<WithoutDns>({
  id: "network-policy-denies-dns",
  severity: "error",
  what: (params) =>
    params.direction === "Egress"
      ? `lets ${pods(params.pods)} such as ${params.example} send, but not to the cluster's DNS (UDP, ${params.server})`
      : `keeps ${pods(params.pods)} such as ${params.example} out of the cluster's DNS (UDP, ${params.server})`,
  why: () =>
    "Every name that these Pods look up times out, Services included. What they are allowed to reach they reach by address only.",
  next: steps,
});
export const networkPolicyWithoutDns = defineFinding<WithoutDns>({
  id: "network-policy-without-dns",
  severity: "info",
  what: (params) => `allows ${pods(params.pods)} such as ${params.example} no DNS (UDP, ${params.server})`,
  why: ({ enforced }) =>
    enforced === "yes"
      ? "These Pods may send nothing at all, so they may need no names. The first rule that lets them send needs one for DNS beside it."
      : `${enforced === "no" ? "Nothing here enforces policies" : "Whether anything here enforces policies is not known"}; where something does, every name that these Pods look up times out.`,
  next: steps,
});

/** Pods that ask the cluster's DNS (dnsPolicy ClusterFirst) and that policies isolate. Pods alike in labels are asked once. */
export const policyDns = defineCheck({
  id: "policy/dns",
  question: "Do the NetworkPolicies let Pods ask the cluster's DNS?",
  needs: ["networkPolicies", "pods", "nodes", "namespaces", "services", "endpointSlices", "workloads", "cni"],
  raises: [networkPolicyDeniesDns, networkPolicyWithoutDns],
  run(facts) {
    const servers = dnsServers(dnsServices(facts.services), facts.endpointSlices);
    const world = policyWorld(facts);
    const asking = facts.pods.filter(
      (pod) => canBeIsolated(pod) && !pod.terminating && pod.dnsPolicy.startsWith("ClusterFirst"),
    );
    if (servers.length === 0 || facts.networkPolicies.length === 0) return { examined: 0, findings: [] };
    const alike = groupBy(asking, (pod) => JSON.stringify([pod.namespace, Object.entries(pod.labels).sort()]));
    const denied = [...alike.values()].flatMap((group) => {
      const denial = denialOf(group, servers, world);
      return denial === null ? [] : [denial];
    });
    if (denied.length > 0 && hasNodeLocalDns(facts.workloads))
      return {
        examined: asking.length - denied.flatMap((each) => each.group).length,
        findings: [],
        missing: [NODE_LOCAL],
      };
    const byPolicies = groupBy(
      denied,
      ({ side, silent }) => `${side.direction} ${silent} ${side.isolatedBy.join(" ")}`,
    );
    return { examined: asking.length, findings: [...byPolicies.values()].flatMap((each) => finding(each, facts.cni)) };
  },
});

const NODE_LOCAL: Missing = {
  fact: "policies for NodeLocal DNSCache",
  reason: "no-tool",
  detail: "Pods ask an address of their own Node; whether a policy reaches that differs between CNIs",
};

interface Denial {
  readonly group: readonly Pod[];
  readonly server: DnsServer;
  readonly side: DirectionJudgement;
  /** No rule lets these Pods send anything: they were meant to be silent. */
  readonly silent: boolean;
}

/** Null unless every server is denied for certain. */
function denialOf(group: readonly Pod[], servers: readonly DnsServer[], world: PolicyWorld): Denial | null {
  const [first] = group;
  const from = first === undefined ? null : world.podEnd(first);
  if (from === null || from.kind !== "pod") return null;
  let denial: Denial | null = null;
  for (const server of servers) {
    const to = world.endAt(server.ip);
    const { verdict, egress, ingress } = judge({ from, to, protocol: "UDP", port: server.port }, world.policies);
    if (verdict !== "denied") return null;
    const side = egress.verdict === "denied" ? egress : ingress;
    denial ??= { group, server, side, silent: side === egress && isSilent(from, world) };
  }
  return denial;
}
const isSilent = (pod: PodEnd, { policies }: PolicyWorld): boolean =>
  isolating(pod, "Egress", policies).every(({ egress }) => egress.length === 0);

function finding(denials: readonly Denial[], { enforcesNetworkPolicy: enforced }: Facts["cni"]): readonly Finding[] {
  const [first] = denials;
  const [policy] = first?.side.isolatedBy ?? [];
  const [example] = first?.group ?? [];
  if (first === undefined || policy === undefined || example === undefined) return [];
  const [namespace = "", name = ""] = policy.split("/");
  const ref = refOf("NetworkPolicy", { namespace, name });
  const { direction, isolatedBy } = first.side;
  const server = `${first.server.ip.includes(":") ? `[${first.server.ip}]` : first.server.ip}:${first.server.port}`;
  const count = denials.reduce((sum, { group }) => sum + group.length, 0);
  const params = {
    direction,
    policies: isolatedBy,
    pods: count,
    example: `${example.namespace}/${example.name}`,
    server,
    enforced,
  };
  const type = enforced === "yes" && !first.silent ? networkPolicyDeniesDns : networkPolicyWithoutDns;
  return [
    type.at(ref, params, {
      confidence: "inferred",
      evidence: [
        ...isolatedBy
          .slice(0, 3)
          .map((each) =>
            evidence("api/networkpolicies", each, `isolates for ${direction}, no rule allows UDP to ${server}`),
          ),
        evidence("api/pods", `${params.example} spec.dnsPolicy`, example.dnsPolicy),
      ],
      explains: [findingKey("traffic-denied-by-policy", ref)],
    }),
  ];
}
