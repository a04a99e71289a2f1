import { defineCheck, defineFinding, evidence, reads, refOf } from "../../model/define.ts";
import type { Finding } from "../../model/finding.ts";
import type { Namespace } from "../../model/kubernetes.ts";
import type { NetworkPolicy, PolicyPeer, PolicyRule } from "../../model/network-policy.ts";
import { isMisspelt } from "../../net/edit-distance.ts";
import { type Direction, rulesOf } from "../../policy/judge.ts";
import { selectsLabels } from "../../policy/selection.ts";
import { selectorText, selectsAll } from "../../policy/selector.ts";

const NAME_LABEL = "kubernetes.io/metadata.name";

export const networkPolicyNamespaceLabelMissing = defineFinding<{
  readonly direction: string;
  readonly rule: number;
  readonly selector: string;
  readonly meant: string;
}>({
  id: "network-policy-namespace-label-missing",
  severity: "warning",
  what: ({ direction, rule, selector, meant }) =>
    `${direction.toLowerCase()} rule ${rule} allows Namespaces with \`${selector}\`; none has that label, Namespace \`${meant}\` neither`,
  why: ({ meant }) =>
    `The rule allows nobody, so what Namespace \`${meant}\` sends or takes is denied here. The label that every Namespace has is \`${NAME_LABEL}\`.`,
  next: ({ meant }, { namespace, name }) => [
    reads("kubectl", "-n", namespace, "get", "networkpolicy", name, "-o", "yaml"),
    reads("kubectl", "-n", namespace, "get", "namespace", meant, "--show-labels"),
  ],
});
export const networkPolicyPeersJoinedByOr = defineFinding<{
  readonly direction: string;
  readonly rule: number;
  readonly namespaces: string;
  readonly pods: string;
}>({
  id: "network-policy-peers-joined-by-or",
  severity: "info",
  what: ({ direction, rule, namespaces, pods }) =>
    `${direction.toLowerCase()} rule ${rule} allows every Pod of Namespaces ${namespaces}, and Pods \`${pods}\` of its own Namespace: two list items, joined by "or"`,
  why: () =>
    "A namespaceSelector and a podSelector in two items of a list allow what either matches. For Pods of these labels in those Namespaces only, both stand in one item.",
  next: (_, { namespace, name }) => [
    reads("kubectl", "-n", namespace, "get", "networkpolicy", name, "-o", "yaml"),
    reads("kubectl", "netdoctor", "policy", "-n", namespace),
  ],
});

/** What is easily written and not meant in `from` and `to`. */
export const policyPeers = defineCheck({
  id: "policy/peers",
  question: "Do the peers of NetworkPolicies say what was meant?",
  needs: ["networkPolicies", "namespaces", "cni"],
  raises: [networkPolicyNamespaceLabelMissing, networkPolicyPeersJoinedByOr],
  run({ networkPolicies, namespaces, cni }) {
    const rules = networkPolicies.flatMap((policy) =>
      policy.policyTypes.flatMap((direction) =>
        rulesOf(policy, direction).map((rule, index): Place => ({ policy, direction, rule, number: index + 1 })),
      ),
    );
    return {
      examined: rules.length,
      findings: rules.flatMap((place) => [
        // Where nothing enforces policies a rule that allows nobody harms nobody.
        ...(cni.enforcesNetworkPolicy === "no" ? [] : missingLabel(place, namespaces)),
        ...joinedByOr(place),
      ]),
    };
  },
});

interface Place {
  readonly policy: NetworkPolicy;
  readonly direction: Direction;
  readonly rule: PolicyRule;
  readonly number: number;
}

function missingLabel(
  { policy, direction, rule, number }: Place,
  namespaces: readonly Namespace[],
): readonly Finding[] {
  return (rule.peers ?? []).flatMap((peer) => {
    const selector = peer.kind === "pods" ? peer.namespaces : null;
    if (selector === null || selector.unread !== null || selectsAll(selector)) return [];
    if (namespaces.some(({ labels }) => selectsLabels(selector, labels))) return [];
    const meant = meantNamespace(selector.terms, namespaces);
    if (meant === null) return [];
    const text = selectorText(selector);
    return [
      networkPolicyNamespaceLabelMissing.at(
        refOf("NetworkPolicy", policy),
        { direction, rule: number, selector: text, meant: meant.name },
        {
          confidence: "inferred",
          evidence: [
            evidence(
              "api/networkpolicies",
              `${policy.namespace}/${policy.name} spec.${direction.toLowerCase()} rule ${number}`,
              text,
            ),
            evidence("api/namespaces", `${meant.name} metadata.labels`, labelText(meant)),
          ],
        },
      ),
    ];
  });
}

/** A label whose value is a Namespace's name, or is nearly: `name: frontend`, `kubernetes.io/metadata.name: fronted`. */
function meantNamespace(
  terms: readonly { readonly key: string; readonly operator: string; readonly values: readonly string[] }[],
  namespaces: readonly Namespace[],
): Namespace | null {
  const [term, ...others] = terms;
  const value = term?.values[0];
  if (term === undefined || others.length > 0 || term.operator !== "In" || value === undefined) return null;
  const exact = namespaces.find(({ name }) => name === value);
  if (exact !== undefined) return exact;
  return term.key === NAME_LABEL ? (namespaces.find(({ name }) => isMisspelt(value, name)) ?? null) : null;
}
const labelText = ({ labels }: Namespace): string =>
  Object.entries(labels)
    .slice(0, 4)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");

type Pods = Extract<PolicyPeer, { kind: "pods" }>;

/** Two items next to each other, the first with a namespaceSelector alone, the second with a podSelector alone: one dash too many. */
function joinedByOr({ policy, direction, rule, number }: Place): readonly Finding[] {
  const peers = rule.peers ?? [];
  const index = peers.findIndex((peer, at) => onlyNamespaces(peer) && onlyPods(peers[at + 1]));
  const [first, second] = [peers[index], peers[index + 1]];
  if (index === -1 || first?.kind !== "pods" || second?.kind !== "pods") return [];
  if (first.namespaces === null || second.pods === null) return [];
  const params = {
    direction,
    rule: number,
    namespaces: selectsAll(first.namespaces) ? "of any name" : `\`${selectorText(first.namespaces)}\``,
    pods: selectorText(second.pods),
  };
  const where = `${policy.namespace}/${policy.name} spec.${direction.toLowerCase()} rule ${number}`;
  const seen = evidence("api/networkpolicies", where, `items ${index + 1} and ${index + 2} of ${peers.length}`);
  return [
    networkPolicyPeersJoinedByOr.at(refOf("NetworkPolicy", policy), params, {
      confidence: "inferred",
      evidence: [seen],
    }),
  ];
}
const onlyNamespaces = (peer: PolicyPeer): peer is Pods =>
  peer.kind === "pods" && peer.namespaces !== null && peer.pods === null;
const onlyPods = (peer: PolicyPeer | undefined): boolean =>
  peer?.kind === "pods" && peer.namespaces === null && peer.pods !== null && peer.pods.terms.length > 0;
