import type { LabelSelector, NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule } from "../model/network-policy.ts";
import { selectsAll } from "./selector.ts";

/** The usual shapes of policies (kubernetes.io, "Default policies"; github.com/ahmetb/kubernetes-network-policy-recipes). */
export type Pattern =
  | "default deny"
  | "default deny ingress"
  | "default deny egress"
  | "deny"
  | "deny ingress"
  | "deny egress"
  | "allow all ingress"
  | "allow all egress"
  | "allow DNS"
  | "allow same namespace"
  | "allow all namespaces"
  | "allow monitoring"
  | "allow ingress controller"
  | "allow outside";

const MONITORING =
  /(^|[-./])(monitoring|prometheus|observability|metrics|vmagent|victoria-metrics|grafana-agent|alloy)/i;
const INGRESS_CONTROLLER =
  /(ingress|traefik|haproxy|contour|envoy-gateway|istio-(gateways|ingressgateway)|kong|nginx-gateway|gateway)/i;

/** What is recognised in a policy, most telling first; none where its rules are of no usual shape. */
export function patternsOf(policy: NetworkPolicy): readonly Pattern[] {
  const denied = policy.policyTypes.filter(
    (type) => (type === "Ingress" ? policy.ingress : policy.egress).length === 0,
  );
  const patterns = [
    ...denyPattern(policy, denied),
    ...(policy.policyTypes.includes("Ingress") ? policy.ingress.flatMap(ingressPatterns) : []),
    ...(policy.policyTypes.includes("Egress") ? policy.egress.flatMap(egressPatterns) : []),
  ];
  return [...new Set(patterns)];
}

function denyPattern({ podSelector }: NetworkPolicy, denied: readonly ("Ingress" | "Egress")[]): readonly Pattern[] {
  if (denied.length === 0) return [];
  const all = selectsAll(podSelector);
  if (denied.length === 2) return [all ? "default deny" : "deny"];
  if (denied[0] === "Ingress") return [all ? "default deny ingress" : "deny ingress"];
  return [all ? "default deny egress" : "deny egress"];
}

const isOpen = ({ peers, ports }: PolicyRule): boolean => peers === null && ports === null;

function ingressPatterns(rule: PolicyRule): readonly Pattern[] {
  if (isOpen(rule)) return ["allow all ingress"];
  return (rule.peers ?? []).flatMap((peer): readonly Pattern[] => {
    if (names(peer, MONITORING)) return ["allow monitoring"];
    if (names(peer, INGRESS_CONTROLLER)) return ["allow ingress controller"];
    return widePatterns(peer);
  });
}

function egressPatterns(rule: PolicyRule): readonly Pattern[] {
  if (isOpen(rule)) return ["allow all egress"];
  const ports = rule.ports ?? [];
  if (ports.some(({ protocol }) => protocol === "UDP") && ports.every(isDnsPort)) return ["allow DNS"];
  return (rule.peers ?? []).flatMap(widePatterns);
}

/** 53, or 5353 on OpenShift, whose DNS Pods listen there. */
function isDnsPort({ port, endPort, unread }: PolicyPort): boolean {
  return unread === null && endPort === null && (port === 53 || port === 5353 || port === "dns" || port === "dns-tcp");
}

function widePatterns(peer: PolicyPeer): readonly Pattern[] {
  if (peer.kind === "block") return peer.cidr === "0.0.0.0/0" || peer.cidr === "::/0" ? ["allow outside"] : [];
  if (peer.kind !== "pods" || (peer.pods !== null && !selectsAll(peer.pods))) return [];
  if (peer.namespaces === null) return ["allow same namespace"];
  return selectsAll(peer.namespaces) ? ["allow all namespaces"] : [];
}

/** The peer's selectors name something so: by a label's value, or by a key of one's own. */
function names(peer: PolicyPeer, what: RegExp): boolean {
  if (peer.kind !== "pods") return false;
  const words = [peer.namespaces, peer.pods].flatMap((selector: LabelSelector | null) =>
    (selector?.terms ?? []).flatMap(({ key, operator, values }) =>
      operator === "In" ? values : operator === "Exists" ? [key.split("/").at(-1) ?? ""] : [],
    ),
  );
  return words.some((word) => what.test(word));
}
