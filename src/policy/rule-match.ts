import type { PolicyPeer, PolicyPort, PolicyRule } from "../model/network-policy.ts";
import { includesAddress, parseAddress, parseCidr } from "../net/cidr.ts";
import type { Connection, PolicyEnd } from "./end.ts";
import { matches } from "./selector.ts";
import { allOf, anyOf, type Truth, truthOf } from "./truth.ts";

/** How the enforcer reads what the API leaves open. */
export interface Dialect {
  /** Cilium tells Pods and Nodes by identity, and an ipBlock may not match them (its "policy-cidr-match-mode"). */
  readonly blocksMatchCluster: boolean;
}

/** Whether a rule of a policy of `namespace` lets the connection pass; `other` is the end at the far side of the selected Pod. */
export function ruleMatches(
  rule: PolicyRule,
  namespace: string,
  other: PolicyEnd,
  connection: Connection,
  dialect: Dialect,
): Truth {
  const peers =
    rule.peers === null ? "yes" : anyOf(rule.peers.map((peer) => peerMatches(peer, namespace, other, dialect)));
  const ports = rule.ports === null ? "yes" : anyOf(rule.ports.map((port) => portMatches(port, connection)));
  return allOf([peers, ports]);
}

/** One peer of `from` or `to`; its selectors are joined by "and", peers among each other by "or". */
export function peerMatches(peer: PolicyPeer, namespace: string, other: PolicyEnd, dialect: Dialect): Truth {
  if (peer.kind === "unread") return "unknown";
  if (peer.kind === "block") return blockMatches(peer, other, dialect);
  const pod = other.kind === "node" ? other.pod : other.kind === "pod" ? other : null;
  if (pod === null) return "no";
  const selected = allOf([
    peer.namespaces === null ? truthOf(pod.namespace === namespace) : matches(peer.namespaces, pod.namespaceLabels),
    peer.pods === null ? "yes" : matches(peer.pods, pod.labels),
  ]);
  // Whether a selector reaches a host-network Pod is left to the enforcer (concepts/services-networking/network-policies).
  return other.kind === "node" && selected === "yes" ? "unknown" : selected;
}

function blockMatches(peer: Extract<PolicyPeer, { kind: "block" }>, other: PolicyEnd, dialect: Dialect): Truth {
  const block = parseCidr(peer.cidr);
  if (block === null) return "unknown";
  const except = peer.except.map(parseCidr);
  const inside = other.ips.map((ip): Truth => {
    const address = parseAddress(ip);
    if (address === null) return "unknown";
    if (!includesAddress(block, address)) return "no";
    if (except.some((cidr) => cidr !== null && includesAddress(cidr, address))) return "no";
    return except.includes(null) ? "unknown" : "yes";
  });
  // Of several addresses the packet bears one of the connection's family: only what is true of all is certain.
  const all = inside.length > 0 && inside.every((truth) => truth === inside[0]) ? (inside[0] ?? "unknown") : "unknown";
  if (other.kind === "outside") return all;
  if (!dialect.blocksMatchCluster && all !== "no") return "unknown";
  // Packets of a Node may bear the address of its tunnel or bridge device, which differs from CNI to CNI.
  return other.kind === "node" && all === "no" ? "unknown" : all;
}

function portMatches({ protocol, port, endPort, unread }: PolicyPort, connection: Connection): Truth {
  if (unread !== null || connection.protocol === null) return "unknown";
  if (protocol !== connection.protocol) return "no";
  if (port === null) return "yes";
  if (connection.port === null) return "no";
  if (typeof port === "number") return truthOf(port <= connection.port && connection.port <= (endPort ?? port));
  return namedPortMatches(port, protocol, connection);
}

/** A name stands for the port of the destination Pod's container that bears it. */
function namedPortMatches(name: string, protocol: string, { to, port }: Connection): Truth {
  if (to.kind !== "pod") return to.kind === "node" ? "unknown" : "no";
  if (!to.labels.complete) return "unknown";
  return truthOf(to.ports.some((own) => own.name === name && own.protocol === protocol && own.port === port));
}
