import type { PolicyPeer, PolicyPort, PolicyRule } from "../model/network-policy.ts";
import type { Direction } from "./judge.ts";
import { selectorText, selectsAll } from "./selector.ts";

/** A rule in words: "from Pods app=client, TCP 80 and 443"; "from anywhere, any port". */
export function ruleText({ peers, ports }: PolicyRule, direction: Direction): string {
  const word = direction === "Ingress" ? "from" : "to";
  const who = peers === null ? "anywhere" : peers.map(peerText).join(" or ");
  return `${word} ${who}, ${ports === null ? "any port" : ports.map(portText).join(", ")}`;
}

function peerText(peer: PolicyPeer): string {
  switch (peer.kind) {
    case "unread":
      return `what could not be read (${peer.why})`;
    case "block":
      return peer.except.length === 0 ? peer.cidr : `${peer.cidr} except ${peer.except.join(", ")}`;
    case "pods": {
      const pods = peer.pods === null || selectsAll(peer.pods) ? "any Pod" : `Pods ${selectorText(peer.pods)}`;
      if (peer.namespaces === null) return `${pods} of the same Namespace`;
      return selectsAll(peer.namespaces)
        ? `${pods} of any Namespace`
        : `${pods} of Namespaces ${selectorText(peer.namespaces)}`;
    }
  }
}

function portText({ protocol, port, endPort, unread }: PolicyPort): string {
  if (unread !== null) return `a port that could not be read (${unread})`;
  if (port === null) return `any ${protocol} port`;
  return `${protocol} ${port}${endPort === null ? "" : `-${endPort}`}`;
}
