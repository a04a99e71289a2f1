import type { Facts } from "../model/facts.ts";
import type { Flow, FlowEnd } from "../model/flow.ts";
import type { EndpointSlice, Labels, Pod } from "../model/kubernetes.ts";
import { parseAddress } from "../net/cidr.ts";
import type { Connection, NodeEnd, PodEnd, PolicyEnd } from "./end.ts";
import { type PolicySet, policySet } from "./judge.ts";
import type { KnownLabels } from "./selector.ts";

export type PolicyFacts = Pick<Facts, "networkPolicies" | "pods" | "nodes" | "services" | "endpointSlices" | "cni"> & {
  /** Null where Namespaces could not be listed: then only their names are known. */
  readonly namespaces: Facts["namespaces"] | null;
};

/** The cluster as policies see it, indexed. */
export interface PolicyWorld {
  readonly policies: PolicySet;
  podEnd(pod: Pod): PodEnd | NodeEnd;
  /** The end at an address: of a Pod, a Node, or neither. */
  endAt(ip: string): PolicyEnd;
  endOf(end: Exclude<FlowEnd, { kind: "Service" }>): PolicyEnd;
  /** The connections that a flow may become: one, or for a Service one for each ready endpoint. None: nothing takes it. */
  connections(flow: Pick<Flow, "from" | "to" | "protocol" | "port">): readonly Connection[];
}

/** Labels that every Namespace has, listed or not (KEP-2161). */
const nameLabel = (name: string): Labels => ({ "kubernetes.io/metadata.name": name });

export function policyWorld(facts: PolicyFacts): PolicyWorld {
  const { podEnd, endAt, endOf } = endsOf(facts);
  const targets = serviceTargets(facts);
  return {
    policies: policySet(facts.networkPolicies, { blocksMatchCluster: facts.cni.name !== "cilium" }),
    podEnd,
    endAt,
    endOf,
    connections({ from, to, protocol, port }) {
      if (from.kind === "Service") return [];
      const base = { from: endOf(from), protocol: apiProtocol(protocol) };
      if (to.kind !== "Service") return [{ ...base, to: endOf(to), port }];
      return targets(to, base.protocol, port).map((target) => ({ ...base, to: endAt(target.ip), port: target.port }));
    },
  };
}

/** Pods and Nodes by name and by address. */
function endsOf(facts: PolicyFacts): Pick<PolicyWorld, "podEnd" | "endAt" | "endOf"> {
  const labelsOf = namespaceLabels(facts.namespaces);
  const { pods, podAt, nodeAt, addressesOf } = indexed(facts);
  const nodeEnd = (name: string, pod: NodeEnd["pod"] = null): NodeEnd => ({
    kind: "node",
    name,
    ips: addressesOf.get(name) ?? [],
    pod,
  });
  const podEnd = (pod: Pod): PodEnd | NodeEnd => {
    const { namespace, name, node, ips, ports } = pod;
    const labels = { labels: pod.labels, complete: true };
    const seen = { namespace, name, labels, namespaceLabels: labelsOf(namespace) };
    return pod.hostNetwork ? nodeEnd(node, seen) : { kind: "pod", ...seen, node, ips, ports };
  };
  const endAt = (ip: string): PolicyEnd => {
    const pod = podAt.get(canonical(ip));
    if (pod !== undefined) return podEnd(pod);
    const node = nodeAt.get(canonical(ip));
    return node === undefined ? { kind: "outside", ips: [ip] } : nodeEnd(node);
  };
  const endOf: PolicyWorld["endOf"] = (end) => {
    if (end.kind === "IP") return endAt(end.ip);
    if (end.kind === "Node") return nodeEnd(end.name);
    const { namespace, name, node, ip } = end;
    const pod = pods.get(`${namespace}/${name}`);
    if (pod !== undefined) return podEnd(pod);
    const labels = { labels: {}, complete: false };
    const seen = { namespace, name, labels, namespaceLabels: labelsOf(namespace) };
    return end.hostNetwork ? nodeEnd(node, seen) : { kind: "pod", ...seen, node, ips: [ip], ports: [] };
  };
  return { podEnd, endAt, endOf };
}

function namespaceLabels(namespaces: PolicyFacts["namespaces"]): (name: string) => KnownLabels {
  const listed = new Map((namespaces ?? []).map(({ name, labels }) => [name, labels]));
  return (name) => {
    const labels = listed.get(name);
    return labels === undefined ? { labels: nameLabel(name), complete: false } : { labels, complete: true };
  };
}

function indexed({ pods, nodes }: Pick<PolicyFacts, "pods" | "nodes">) {
  return {
    pods: new Map(pods.map((pod) => [`${pod.namespace}/${pod.name}`, pod])),
    podAt: new Map(pods.filter(hasAddress).flatMap((pod) => pod.ips.map((ip) => [canonical(ip), pod] as const))),
    nodeAt: new Map(
      nodes.flatMap(({ name, internalIPs, externalIPs }) =>
        [...internalIPs, ...externalIPs].map((ip) => [canonical(ip), name] as const),
      ),
    ),
    addressesOf: new Map(nodes.map(({ name, internalIPs }) => [name, internalIPs])),
  };
}

const hasAddress = ({ hostNetwork, phase, ips }: Pod): boolean =>
  !hostNetwork && ips.length > 0 && phase !== "Succeeded" && phase !== "Failed";
const canonical = (ip: string): string => parseAddress(ip)?.text ?? ip;

export function apiProtocol(protocol: string): Connection["protocol"] {
  return protocol === "tcp" ? "TCP" : protocol === "udp" ? "UDP" : protocol === "sctp" ? "SCTP" : null;
}

type Target = { readonly ip: string; readonly port: number | null };
type ServiceEnd = Extract<FlowEnd, { kind: "Service" }>;

/** Where a Service leads: the addresses of its ready endpoints, with the port that its own port stands for. */
function serviceTargets({ services, endpointSlices }: PolicyFacts) {
  const slices = new Map<string, EndpointSlice[]>();
  for (const slice of endpointSlices) {
    const key = `${slice.namespace}/${slice.service}`;
    const list = slices.get(key);
    if (list === undefined) slices.set(key, [slice]);
    else list.push(slice);
  }
  const byName = new Map(services.map((service) => [`${service.namespace}/${service.name}`, service]));
  return (
    { namespace, name, ip }: ServiceEnd,
    protocol: Connection["protocol"],
    port: number | null,
  ): readonly Target[] => {
    const service = byName.get(`${namespace}/${name}`);
    const own = service?.ports.find((candidate) => candidate.protocol === protocol && candidate.port === port);
    const family = parseAddress(ip)?.family;
    return (slices.get(`${namespace}/${name}`) ?? [])
      .filter((slice) => slice.family !== "FQDN" && (family === undefined || slice.family === family))
      .flatMap((slice) => {
        // A port of an EndpointSlice belongs to the Service port of the same name (discovery/v1).
        const target = slice.ports.find((each) => each.name === own?.name && each.protocol === protocol);
        if (own === undefined || target === undefined) return [];
        return slice.endpoints
          .filter(({ ready }) => ready)
          .flatMap(({ addresses }) => addresses.slice(0, 1).map((address) => ({ ip: address, port: target.port })));
      });
  };
}
