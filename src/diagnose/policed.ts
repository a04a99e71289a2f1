import { defineFinding, evidence, reads, refOf } from "../model/define.ts";
import type { Facts } from "../model/facts.ts";
import type { Finding } from "../model/finding.ts";
import type { FlowResult } from "../model/flow.ts";
import { isOwnEnd } from "../model/flow-end.ts";
import { groupBy, succeeded } from "../model/flow-outcome.ts";
import type { Labels, Namespace } from "../model/kubernetes.ts";
import { isRunNamespace } from "../model/run-namespace.ts";
import { allowanceYaml, connectionText, denyingSide, type FlowJudgement, judgeFlow } from "../policy/denial.ts";
import { type PolicyFacts, policyWorld } from "../policy/world.ts";

type Denied = {
  readonly flows: number;
  readonly direction: string;
  readonly policies: readonly string[];
  /** One of the connections, in words. */
  readonly example: string;
  /** YAML of the policies that would let it pass; "" for the run's own Pods, which nobody wants to allow. */
  readonly allowance: string;
};

/** Info: a policy that does what it says is no fault. What is one, such as forgotten DNS, has checks of its own (src/checks/policy). */
export const trafficDeniedByPolicy = defineFinding<Denied>({
  id: "traffic-denied-by-policy",
  severity: "info",
  what: ({ flows, direction, policies, example }) =>
    `${direction === "Egress" ? "lets out" : "lets in"} none of ${flows} ${flows === 1 ? "flow" : "flows"} that fail${flows === 1 ? "s" : ""}${policies.length > 1 ? `, nor does ${policies.slice(1).join(", ")}` : ""}: ${example}`,
  why: ({ direction, allowance }) =>
    `The Pod is isolated for ${direction.toLowerCase()} and no rule of a policy that selects it allows this, so a cluster that enforces policies drops it.${allowance === "" ? "" : " A policy that would allow it is in the parameters of this finding."}`,
  next: (_, { namespace, name }) => [
    reads("kubectl", "-n", namespace, "get", "networkpolicy", name, "-o", "yaml"),
    reads("kubectl", "netdoctor", "policy", "-n", namespace),
  ],
});

export interface Policed {
  /** Flows that policies deny and no packet got through, and that nothing else stops: no other conclusion is drawn from them. */
  readonly denied: ReadonlySet<string>;
  readonly findings: readonly Finding[];
  /** Flow id → the policies whose word on it is not certain. */
  readonly unjudged: ReadonlyMap<string, string>;
  /** Flow id → the policies that deny it, though the packet passed and something here enforces policies. */
  readonly contradicted: ReadonlyMap<string, string>;
}
export const notPoliced: Policed = { denied: new Set(), findings: [], unjudged: new Map(), contradicted: new Map() };

/** What the policies say to the flows, where something enforces them or may. Pods and Namespaces of the run itself are among the facts. */
export function policedFlows(results: readonly FlowResult[], facts: PolicyFacts & Pick<Facts, "workloads">): Policed {
  const { cni, networkPolicies } = facts;
  if (cni.enforcesNetworkPolicy === "no" || networkPolicies.length === 0) return notPoliced;
  const world = policyWorld({ ...facts, namespaces: withRunNamespaces(facts) });
  const denials: Denial[] = [];
  const unjudged = new Map<string, string>();
  const contradicted = new Map<string, string>();
  for (const result of results) {
    const judged = judgeFlow(result, world);
    if (judged.verdict === "allowed") continue;
    const passed = result.observed.known && succeeded(result.flow, result.observed.value);
    const policies = policiesOf(judged);
    if (judged.verdict === "some") unjudged.set(result.flow.id, policies.join(", "));
    else if (!passed && (cni.enforcesNetworkPolicy === "yes" || !stopsOtherwise(result)))
      denials.push({ result, judged });
    else if (passed && cni.enforcesNetworkPolicy === "yes") contradicted.set(result.flow.id, policies.join(", "));
  }
  const groups = groupBy(denials, ({ judged }) => `${sideOf(judged)?.direction} ${policiesOf(judged).join(" ")}`);
  return {
    denied: new Set(denials.filter(({ result }) => !stopsOtherwise(result)).map(({ result }) => result.flow.id)),
    findings: [...groups.values()].flatMap((group) => finding(group, facts)),
    unjudged,
    contradicted,
  };
}

/** The state of the Nodes stops it too, by something that is no rule for the packet itself: that is a fault of its own. */
function stopsOtherwise({ predicted }: FlowResult): boolean {
  return predicted.some(({ stop }) => stop !== null && (stop.kind !== "dropped-by-rule" || stop.layer === "outer"));
}

interface Denial {
  readonly result: FlowResult;
  readonly judged: FlowJudgement;
}

function sideOf({ parts }: FlowJudgement) {
  const [first] = parts;
  return first === undefined ? undefined : denyingSide(first.judgement);
}
/** The policies that isolate the denying side, or, where it is not certain, either side. */
function policiesOf(judged: FlowJudgement): readonly string[] {
  const side = sideOf(judged);
  if (judged.verdict === "denied") return side?.isolatedBy ?? [];
  const all = judged.parts.flatMap(({ judgement: { egress, ingress } }) =>
    [egress, ingress].flatMap(({ verdict, isolatedBy, rules }) =>
      verdict === "allowed" ? [] : [...isolatedBy, ...rules.map(({ policy }) => policy)],
    ),
  );
  return [...new Set(all)];
}

function finding(group: readonly Denial[], { cni, workloads }: Pick<Facts, "cni" | "workloads">): readonly Finding[] {
  const failed = group.filter(({ result }) => result.observed.known);
  const [first] = failed;
  const part = first?.judged.parts[0];
  const side = first === undefined ? undefined : sideOf(first.judged);
  const [policy] = side?.isolatedBy ?? [];
  if (first === undefined || part === undefined || side === undefined || policy === undefined) return [];
  const [namespace = "", name = ""] = policy.split("/");
  const { from, to } = first.result.flow;
  const params = {
    flows: failed.length,
    direction: side.direction,
    policies: side.isolatedBy,
    example: connectionText(part.connection),
    allowance: [from, to].some(isOwnEnd) ? "" : allowanceYaml(part.connection, part.judgement, workloads),
  };
  const seen = side.isolatedBy
    .slice(0, 4)
    .map((each) => evidence("api/networkpolicies", each, `selects the Pod for ${side.direction}, no rule matches`));
  return [
    trafficDeniedByPolicy.at(refOf("NetworkPolicy", { namespace, name }), params, {
      evidence: seen,
      confidence: cni.enforcesNetworkPolicy === "yes" ? "proven" : "inferred",
      explains: failed.map(({ result }) => result.flow.id),
    }),
  ];
}

/** The run's Namespace was made after Namespaces were listed; which labels we gave it is known (src/collect/session/objects.ts). */
function withRunNamespaces({
  namespaces,
  pods,
}: Pick<PolicyFacts, "namespaces" | "pods">): readonly Namespace[] | null {
  if (namespaces === null) return null;
  const listed = new Set(namespaces.map(({ name }) => name));
  const missing = new Set(
    pods.map(({ namespace }) => namespace).filter((name) => isRunNamespace(name) && !listed.has(name)),
  );
  return [...namespaces, ...[...missing].map((name) => ({ name, labels: runLabels(name) }))];
}
function runLabels(name: string): Labels {
  const level = "privileged";
  return {
    "kubernetes.io/metadata.name": name,
    "app.kubernetes.io/managed-by": "netdoctor",
    "netdoctor.dev/run": name.replace(/^netdoctor-/, ""),
    "pod-security.kubernetes.io/enforce": level,
    "pod-security.kubernetes.io/audit": level,
    "pod-security.kubernetes.io/warn": level,
  };
}
