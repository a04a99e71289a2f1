import type { NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule } from "../../model/network-policy.ts";
import { parseCidr } from "../../net/cidr.ts";
import { asArray, asObject, asOneOf, asStrings, type JsonObject, objectOrNull } from "../json-value.ts";
import { readLabelSelector } from "./label-selector.ts";
import { nameOf, namespaceOf } from "./object-list.ts";
import { portNumber, transportProtocol } from "./protocol.ts";

/** networking/v1 NetworkPolicy. src/policy gives it its meaning; what the API server would refuse is `unread`, with the reason. */
export function readNetworkPolicy(item: JsonObject): NetworkPolicy | null {
  const name = nameOf(item);
  if (name === null) return null;
  const spec = asObject(item.spec);
  return {
    namespace: namespaceOf(item),
    name,
    policyTypes: policyTypesOf(spec),
    podSelector: readLabelSelector(spec.podSelector),
    ingress: asArray(spec.ingress).map((rule) => readRule(rule, "from")),
    egress: asArray(spec.egress).map((rule) => readRule(rule, "to")),
  };
}

/** Without policyTypes: Ingress always, Egress where there is an egress rule (networking/v1 types.go, PolicyTypes). */
function policyTypesOf(spec: JsonObject): readonly ("Ingress" | "Egress")[] {
  const named = asStrings(spec.policyTypes);
  const types = (["Ingress", "Egress"] as const).filter((type) => named.includes(type));
  if (types.length > 0) return types;
  return asArray(spec.egress).length > 0 ? ["Ingress", "Egress"] : ["Ingress"];
}

function readRule(value: unknown, side: "from" | "to"): PolicyRule {
  if (value !== null && objectOrNull(value) === null)
    return { peers: [{ kind: "unread", why: "the rule is not an object" }], ports: null };
  const rule = asObject(value);
  return { peers: readPeers(rule[side], side), ports: readPorts(rule.ports) };
}

/** "If this field is empty or missing, this rule matches all sources" (networking/v1 types.go, From and To; the same for Ports). */
function readPeers(value: unknown, side: "from" | "to"): readonly PolicyPeer[] | null {
  if (value === undefined || value === null) return null;
  if (!Array.isArray(value)) return [{ kind: "unread", why: `${side} is not a list` }];
  return value.length === 0 ? null : value.map(readPeer);
}

function readPeer(value: unknown): PolicyPeer {
  const peer = objectOrNull(value);
  if (peer === null) return { kind: "unread", why: "a peer is not an object" };
  const has = (key: string): boolean => peer[key] !== undefined && peer[key] !== null;
  if (has("ipBlock")) {
    if (has("podSelector") || has("namespaceSelector"))
      return { kind: "unread", why: "a peer has an ipBlock beside a selector" };
    return readBlock(asObject(peer.ipBlock));
  }
  if (!has("podSelector") && !has("namespaceSelector"))
    return { kind: "unread", why: "a peer has neither a selector nor an ipBlock" };
  return {
    kind: "pods",
    namespaces: has("namespaceSelector") ? readLabelSelector(peer.namespaceSelector) : null,
    pods: has("podSelector") ? readLabelSelector(peer.podSelector) : null,
  };
}

function readBlock({ cidr, except }: JsonObject): PolicyPeer {
  if (typeof cidr !== "string" || parseCidr(cidr) === null)
    return { kind: "unread", why: `an ipBlock has no CIDR that can be read: ${printed(cidr)}` };
  if (except !== undefined && except !== null && !Array.isArray(except))
    return { kind: "unread", why: "the exceptions of an ipBlock are not a list" };
  const exceptions = asStrings(except);
  const odd = asArray(except).find((entry) => typeof entry !== "string" || parseCidr(entry) === null);
  if (odd !== undefined) return { kind: "unread", why: `an ipBlock excepts what is no CIDR: ${printed(odd)}` };
  return { kind: "block", cidr, except: exceptions };
}

function readPorts(value: unknown): readonly PolicyPort[] | null {
  if (value === undefined || value === null) return null;
  if (!Array.isArray(value)) return [unreadPort("ports is not a list")];
  return value.length === 0 ? null : value.map(readPort);
}

function readPort(value: unknown): PolicyPort {
  const entry = objectOrNull(value);
  if (entry === null) return unreadPort("a port is not an object");
  const protocol = transportProtocol(entry.protocol);
  if (entry.protocol !== undefined && entry.protocol !== null && asOneOf(entry.protocol, [protocol], "") === "")
    return unreadPort(`the protocol is none of TCP, UDP and SCTP: ${printed(entry.protocol)}`);
  if (entry.port === undefined || entry.port === null)
    return noEnd(entry.endPort)
      ? { protocol, port: null, endPort: null, unread: null }
      : unreadPort("an endPort stands without a port");
  const named = typeof entry.port === "string" && /[a-z]/.test(entry.port) ? entry.port : null;
  const port = named ?? portNumber(entry.port);
  if (port === null) return unreadPort(`this is no port: ${printed(entry.port)}`);
  if (noEnd(entry.endPort)) return { protocol, port, endPort: null, unread: null };
  const endPort = portNumber(entry.endPort);
  // "Cannot be defined if the port field is not defined or if it is a named port; must be equal or greater than port."
  if (typeof port === "string" || endPort === null || endPort < port)
    return unreadPort(`the endPort does not fit the port: ${printed(entry.endPort)}`);
  return { protocol, port, endPort, unread: null };
}

const noEnd = (value: unknown): boolean => value === undefined || value === null;
const unreadPort = (why: string): PolicyPort => ({ protocol: "TCP", port: null, endPort: null, unread: why });
const printed = (value: unknown): string =>
  typeof value === "object" && value !== null ? "an object or a list" : String(value).slice(0, 80);
