import type { ClusterCni, CrossNodeStrategy } from "../../model/cni.ts";
import type { Node, Pod, Workload } from "../../model/kubernetes.ts";
import { type Address, parseAddress, parseCidr } from "../../net/cidr.ts";
import { allNodeStates, compareText, valueOr } from "../known-parts.ts";
import { BRANDS, type Brand, brandNamed } from "./brands.ts";
import { configuredStrategy } from "./configured-strategy.ts";
import type { CniInput } from "./input.ts";
import { kubeProxyMode } from "./kube-proxy-mode.ts";
import { nodeAgents } from "./node-agents.ts";
import { type NodeAlone, nodeCni } from "./node-cni.ts";
import { policyEnforcement } from "./policy-enforcement.ts";

/** Peers looked up on each Node: enough to see past a few broken routes, few enough for thousands of Nodes. */
const PEER_SAMPLE = 24;
const CLOUDS = /^(aws|gce|azure|alicloud|openstack|digitalocean|hcloud|ibm|oci|qcloud|linode|vultr|equinixmetal):\/\//;

/**
 * The cluster's CNI, per Node and as a whole, from files, devices, routes and workloads. What is not known of it is "unknown", with
 * the reason at the Node; the rest stands without it.
 */
export function identifyCni(input: CniInput): ClusterCni {
  const nodes = valueOr(input.nodes, []);
  const byWorkloads = brandOfWorkloads(valueOr(input.workloads, []));
  const perNode = nodesOf(input, nodes, byWorkloads);
  const names = perNode.map(({ name }) => name).filter((name) => name !== "unknown");
  const name = mostFrequent(names) ?? byWorkloads?.name ?? "unknown";
  const brand = brandNamed(name);
  return {
    name,
    agree: new Set(perNode.map((node) => node.name)).size <= 1,
    workloads: workloadsOf(valueOr(input.workloads, []), brand),
    strategy: strategyOf(input, nodes, perNode, brand),
    enforcesNetworkPolicy: policyEnforcement(input, brand),
    kubeProxyMode: kubeProxyMode(input),
    nodes: perNode.map((one) => ({ ...one, ...nodeAgents(one.node, valueOr(input.pods, []), brand) })),
  };
}

function nodesOf(input: CniInput, nodes: readonly Node[], byWorkloads: Brand | null): readonly NodeAlone[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const peers = peerAddresses(nodes, valueOr(input.pods, []));
  const addresses = new Set(
    nodes.flatMap(({ internalIPs }) => internalIPs.flatMap((ip) => parseAddress(ip)?.text ?? [])),
  );
  return allNodeStates(input).map((state) => {
    const node = byName.get(state.node) ?? null;
    const own = new Set((node?.internalIPs ?? []).flatMap((ip) => parseAddress(ip)?.text ?? []));
    const others = peers.filter((peer) => peer.node !== state.node).slice(0, PEER_SAMPLE);
    return nodeCni({
      state,
      node,
      byWorkloads,
      singleNode: nodes.length === 1,
      peers: others.map(({ address }) => address),
      nodeAddresses: new Set([...addresses].filter((address) => !own.has(address))),
      inCloud: CLOUDS.test(node?.providerID ?? ""),
    });
  });
}

interface Peer {
  readonly node: string;
  readonly address: Address;
}

/** One Pod address per Node; where no Node has a Pod of its own, an address of each podCIDR. */
function peerAddresses(nodes: readonly Node[], pods: readonly Pod[]): readonly Peer[] {
  const byNode = new Map<string, string>();
  for (const { phase, hostNetwork, terminating, node, ips } of pods) {
    const ip = ips[0];
    if (phase !== "Running" || hostNetwork || terminating || node === "" || ip === undefined) continue;
    const before = byNode.get(node);
    // Any of them will do; the least is the same in whatever order the Pods come.
    if (before === undefined || ip < before) byNode.set(node, ip);
  }
  const seen = [...byNode].flatMap(([node, ip]) => {
    const address = parseAddress(ip);
    return address === null ? [] : [{ node, address }];
  });
  const peers = seen.length > 0 ? seen : nodes.flatMap(ofBlock);
  return peers.sort((a, b) => compareText(a.node, b.node));
}

function ofBlock({ name, podCIDRs }: Node): readonly Peer[] {
  const block = parseCidr(podCIDRs[0] ?? "");
  const address = block === null ? null : parseAddress(block.text.split("/")[0] ?? "");
  return address === null ? [] : [{ node: name, address: { ...address, value: address.value + 1n } }];
}

function brandOfWorkloads(workloads: readonly Workload[]): Brand | null {
  return BRANDS.find(({ workloads: names }) => workloads.some(({ name }) => names?.test(name))) ?? null;
}

function workloadsOf(workloads: readonly Workload[], brand: Brand | null): readonly string[] {
  return workloads
    .filter(({ name }) => brand?.workloads?.test(name) === true)
    .map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`)
    .sort();
}

function strategyOf(
  input: CniInput,
  nodes: readonly Node[],
  perNode: readonly NodeAlone[],
  brand: Brand | null,
): CrossNodeStrategy {
  if (nodes.length === 1) return "single-node";
  const seen = perNode.map(({ strategy }) => strategy).filter((strategy) => strategy !== "unknown");
  return mostFrequent(seen) ?? configuredStrategy(input, brand);
}

function mostFrequent<T extends string>(words: readonly T[]): T | null {
  const counts = new Map<T, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const [best] = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return best?.[0] ?? null;
}
