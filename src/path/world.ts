import type { Facts } from "../model/facts.ts";
import type { EndpointSlice, Node, Pod, Service } from "../model/kubernetes.ts";
import type { Link, NodeState } from "../model/node.ts";
import { type Address, type Cidr, indexPrefixes, parseCidr } from "../net/cidr.ts";
import { addressKey } from "./address.ts";
import { type Netns, nodeNetns, podNetns } from "./netns.ts";

/** A device of a Node that carries an address. */
export interface AddressOwner {
  readonly netns: Netns;
  readonly link: Link;
}
/** A veth pair between a Pod and its Node. */
export interface PodPort {
  readonly pod: Netns;
  readonly podLink: Link;
  readonly host: Netns;
  readonly hostLink: Link;
}

interface PodRange {
  readonly cidr: Cidr;
  readonly node: string;
}

/** The facts that a walk reads, indexed once. Keys that are addresses are canonical text. */
export interface World {
  readonly nodes: readonly Node[];
  readonly nodesByName: ReadonlyMap<string, Node>;
  readonly nodeStates: ReadonlyMap<string, NodeState>;
  /** Why a Node's state is not there. */
  readonly unreadNodes: ReadonlyMap<string, { readonly reason: string; readonly detail: string }>;
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
  readonly nodeNetns: ReadonlyMap<string, Netns>;
  /** Pod UID → its namespace. */
  readonly podNetns: ReadonlyMap<string, Netns>;
  readonly podsByName: ReadonlyMap<string, Pod>;
  /** Pods that hold their address: not host-network, neither succeeded nor failed. */
  readonly podsByAddress: ReadonlyMap<string, readonly Pod[]>;
  /** Node and index of a Node-side veth ("node1 12") → the pair. */
  readonly podPorts: ReadonlyMap<string, PodPort>;
  /** Node and address of a Pod ("node1 10.244.0.2") → the pair by which it is reached. */
  readonly podPortsByAddress: ReadonlyMap<string, readonly PodPort[]>;
  readonly nodeAddresses: ReadonlyMap<string, readonly AddressOwner[]>;
  /** Canonical address → the Node whose InternalIP it is. */
  readonly nodesByAddress: ReadonlyMap<string, Node>;
  readonly podRanges: readonly PodRange[];
  /** The Pod range that an address lies in. */
  readonly podRangeOf: (address: Address) => PodRange | null;
  /** "namespace/name" → its slices. */
  readonly slicesByService: ReadonlyMap<string, readonly EndpointSlice[]>;
  readonly servicesByAddress: ReadonlyMap<string, readonly Service[]>;
  readonly servicesByNodePort: ReadonlyMap<number, readonly Service[]>;
}

type WorldFacts = Pick<Facts, "nodes" | "pods" | "services" | "endpointSlices" | "nodeStates" | "unreadNodes">;

/** Indexes the facts for walks, in time linear in them. */
export function buildWorld(facts: WorldFacts): World {
  const { nodes, pods, services, endpointSlices, nodeStates, unreadNodes } = facts;
  const living = pods.filter(({ hostNetwork, phase }) => !hostNetwork && phase !== "Succeeded" && phase !== "Failed");
  const namespaces = namespacesOf(nodeStates, new Map(pods.map((pod) => [pod.uid, pod])));
  // A load balancer's address may be left to the load balancer (status.loadBalancer.ingress.ipMode: Proxy, KEP-1860).
  const clusterAddresses = ({ clusterIPs, externalIPs }: Service): readonly string[] =>
    [...clusterIPs, ...externalIPs].filter((address) => address !== "None");
  const podRanges = nodes.flatMap(({ name, podCIDRs }) => podCIDRs.flatMap((text) => rangesOf(name, text)));
  return {
    nodes,
    nodesByName: new Map(nodes.map((node) => [node.name, node])),
    nodeStates,
    unreadNodes,
    services,
    endpointSlices,
    ...namespaces,
    podsByName: new Map(pods.map((pod) => [`${pod.namespace}/${pod.name}`, pod])),
    podsByAddress: group(living, ({ ips }) => ips.map(addressKey)),
    nodeAddresses: addressOwners(namespaces.nodeNetns),
    nodesByAddress: new Map(nodes.flatMap((node) => node.internalIPs.map((address) => [addressKey(address), node]))),
    podRanges,
    podRangeOf: indexPrefixes(podRanges),
    slicesByService: group(endpointSlices, ({ namespace, service }) => [`${namespace}/${service}`]),
    servicesByAddress: group(services, (service) => clusterAddresses(service).map(addressKey)),
    servicesByNodePort: group(services, ({ ports }) => ports.flatMap(({ nodePort }) => nodePort ?? [])),
  };
}

function rangesOf(node: string, text: string): readonly PodRange[] {
  const cidr = parseCidr(text);
  return cidr === null ? [] : [{ cidr, node }];
}

/** A Pod's namespace by the Pod; null where the Node did not show it. */
export function netnsOfPod(world: World, pod: Pod): Netns | null {
  return pod.hostNetwork ? (world.nodeNetns.get(pod.node) ?? null) : (world.podNetns.get(pod.uid) ?? null);
}

/** The veth pair that a Node's device is one end of; null where no Pod that was read is at the other. */
export function podPortOf(world: World, netns: Netns, device: Link): PodPort | null {
  return netns.pod === null ? (world.podPorts.get(`${netns.node} ${device.index}`) ?? null) : null;
}

/** The veth pair that a Pod's device is one end of. */
export function hostPortOf(world: World, netns: Netns, device: Link): PodPort | null {
  const port = world.podPorts.get(`${netns.node} ${device.peerIndex ?? ""}`);
  return port?.pod.capture === netns.capture && port.podLink.index === device.index ? port : null;
}

type Namespaces = Pick<World, "nodeNetns" | "podNetns" | "podPorts" | "podPortsByAddress">;

function namespacesOf(states: ReadonlyMap<string, NodeState>, podsByUid: ReadonlyMap<string, Pod>): Namespaces {
  const nodes = new Map<string, Netns>();
  const pods = new Map<string, Netns>();
  const ports: PodPort[] = [];
  for (const [node, state] of states) {
    const host = nodeNetns(state);
    nodes.set(node, host);
    for (const entry of state.netns.known ? state.netns.value : []) {
      const pod = podsByUid.get(entry.podUid);
      if (pod?.hostNetwork === true) continue;
      const netns = podNetns(node, pod === undefined ? entry.podUid : `${pod.namespace}/${pod.name}`, entry);
      pods.set(entry.podUid, netns);
      ports.push(...pairs(host, netns));
    }
  }
  return {
    nodeNetns: nodes,
    podNetns: pods,
    podPorts: new Map(ports.map((port) => [`${port.host.node} ${port.hostLink.index}`, port])),
    podPortsByAddress: group(ports, ({ host, podLink }) =>
      podLink.addresses.map(({ address }) => `${host.node} ${addressKey(address)}`),
    ),
  };
}

/** Indexes repeat between namespaces: two devices are a pair only if each names the other. */
function pairs(host: Netns, pod: Netns): readonly PodPort[] {
  return (pod.links.known ? pod.links.value : []).flatMap((podLink) => {
    const hostLink = podLink.peerIndex === null ? undefined : host.linksByIndex.get(podLink.peerIndex);
    const mutual = podLink.kind === "veth" && hostLink?.kind === "veth" && hostLink.peerIndex === podLink.index;
    return mutual ? [{ pod, podLink, host, hostLink }] : [];
  });
}

function addressOwners(namespaces: ReadonlyMap<string, Netns>): ReadonlyMap<string, readonly AddressOwner[]> {
  const owners = [...namespaces.values()].flatMap((netns) =>
    [...netns.addresses].flatMap(([address, links]) => links.map((link) => ({ address, netns, link }))),
  );
  return group(owners, ({ address }) => [address]);
}

function group<T, K>(items: Iterable<T>, keysOf: (item: T) => readonly K[]): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    for (const key of keysOf(item)) {
      const members = groups.get(key);
      if (members === undefined) groups.set(key, [item]);
      else members.push(item);
    }
  }
  return groups;
}
