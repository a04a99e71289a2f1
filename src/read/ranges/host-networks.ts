import type { Link, NodeState, Route } from "../../model/node.ts";
import { type Cidr, cidrOf, includesAddress, parseAddress, parseCidr } from "../../net/cidr.ts";
import { type Brand, brandNamed } from "../cni/brands.ts";
import { usedConfig } from "../cni/used-config.ts";
import { allNodeStates, valueOr } from "../known-parts.ts";
import { compareCidrs, type RangesInput } from "./claim.ts";
import type { NodeBlocks } from "./node-blocks.ts";

/** A network that Nodes reach and that is not the Pods': docker0, a VPN, a second interface, a static route. */
export interface HostNetwork {
  readonly cidr: Cidr;
  /** "interface docker0 on node1, node2 and 3 more" */
  readonly source: string;
  /** It is reached through the same router as everything else. */
  readonly viaDefaultRouter: boolean;
}

interface Sighting extends Omit<HostNetwork, "source"> {
  readonly what: string;
  readonly node: string;
}

/** The networks of the Nodes' other interfaces and routes; the same one on several Nodes is one. */
export function hostNetworks(input: RangesInput, blocks: readonly NodeBlocks[]): readonly HostNetwork[] {
  const nodes = valueOr(input.nodes, []);
  const addresses = new Set(nodes.flatMap(({ internalIPs }) => internalIPs.map((ip) => parseAddress(ip)?.text ?? "")));
  const brand = input.cni.known ? brandNamed(input.cni.value.name) : null;
  const blocksOf = new Map(blocks.map(({ node, cidrs }) => [node, cidrs]));
  const byKey = new Map<string, Sighting[]>();
  for (const state of allNodeStates(input)) {
    const own = ownDevices(state, brand, blocksOf.get(state.node) ?? []);
    for (const sighting of [...ofInterfaces(state, own, addresses), ...ofRoutes(state, own, addresses)]) {
      const key = `${sighting.cidr.text} ${sighting.what} ${sighting.viaDefaultRouter}`;
      byKey.set(key, [...(byKey.get(key) ?? []), sighting]);
    }
  }
  return [...byKey.values()]
    .flatMap(together)
    .sort((a, b) => compareCidrs(a.cidr, b.cidr) || (a.source < b.source ? -1 : 1));
}

/** Devices of the Pod network: the CNI's by name, its bridge, tunnels, the Pods' veths, and what has an address of the Node's block. */
function ownDevices(state: NodeState, brand: Brand | null, blocks: readonly Cidr[]): ReadonlySet<string> {
  const bridges = (usedConfig(state)?.config.plugins ?? []).flatMap(({ bridge }) => bridge ?? []);
  const links = state.links.known ? state.links.value : [];
  const own = links.filter(
    (link) =>
      brand?.devices?.test(link.name) === true ||
      bridges.includes(link.name) ||
      (link.kind === "veth" && link.peerNetnsId !== null) ||
      link.addresses.some((entry) => inBlocks(entry.address, blocks)),
  );
  return new Set(own.map(({ name }) => name));
}

function inBlocks(text: string, blocks: readonly Cidr[]): boolean {
  const address = parseAddress(text);
  return address !== null && blocks.some((block) => includesAddress(block, address));
}

function ofInterfaces(
  state: NodeState,
  own: ReadonlySet<string>,
  nodeAddresses: ReadonlySet<string>,
): readonly Sighting[] {
  const links = state.links.known ? state.links.value : [];
  return links
    .filter(({ name }) => !own.has(name) && name !== "lo")
    .flatMap((link) => networksOf(link, nodeAddresses))
    .map(({ cidr, device }) => ({ cidr, what: `interface ${device}`, node: state.node, viaDefaultRouter: false }));
}

function networksOf(link: Link, nodeAddresses: ReadonlySet<string>): readonly { cidr: Cidr; device: string }[] {
  return link.addresses.flatMap(({ address: text, prefixLength, scope }) => {
    const address = parseAddress(text);
    const cidr = address === null ? null : cidrOf(address, prefixLength);
    // The Node's own network is a range of its own; a single address (kube-ipvs0, NodeLocal DNSCache) is no network.
    if (cidr === null || cidr.first === cidr.last || scope === "link" || nodeAddresses.has(address?.text ?? ""))
      return [];
    return [{ cidr, device: link.name }];
  });
}

function ofRoutes(state: NodeState, own: ReadonlySet<string>, nodeAddresses: ReadonlySet<string>): readonly Sighting[] {
  const routes = state.routes.known ? state.routes.value : [];
  const routers = new Set(routes.filter(isDefault).flatMap(({ gateway }) => gateway ?? []));
  const tunnels = new Set(
    (state.links.known ? state.links.value : []).filter(({ kind }) => PEER_TUNNELS.has(kind)).map(({ name }) => name),
  );
  return routes.flatMap((route) => {
    const cidr = route.type === "unicast" && route.table !== "local" ? parseCidr(route.destination) : null;
    const device = route.device ?? "";
    if (cidr === null || cidr.first === cidr.last || isDefault(route) || own.has(device) || tunnels.has(device))
      return [];
    // Connected networks were seen at their interface; a gateway that is a Node leads to that Node's Pods.
    if (route.gateway === null && route.protocol === "kernel") return [];
    if (route.gateway !== null && nodeAddresses.has(route.gateway)) return [];
    if (isLinkLocal(route.destination)) return [];
    const viaDefaultRouter = route.gateway !== null && routers.has(route.gateway);
    return [{ cidr, what: `route ${route.destination} dev ${device}`, node: state.node, viaDefaultRouter }];
  });
}

/** Tunnels that CNIs build between Nodes. WireGuard is left out: it is as often somebody's VPN. */
const PEER_TUNNELS: ReadonlySet<string> = new Set(["vxlan", "geneve", "ipip", "ip6tnl", "openvswitch"]);

function isDefault({ destination }: Route): boolean {
  return destination === "0.0.0.0/0" || destination === "::/0";
}

function isLinkLocal(destination: string): boolean {
  return /^(169\.254\.|fe80:|ff)/.test(destination);
}

function together(sightings: readonly Sighting[]): readonly HostNetwork[] {
  const [first] = sightings;
  if (first === undefined) return [];
  const nodes = sightings.map(({ node }) => node);
  const shown = [...new Set(nodes)].sort();
  const more = shown.length > 3 ? ` and ${shown.length - 3} more` : "";
  const source = `${first.what} on ${shown.slice(0, 3).join(", ")}${more}`;
  return [{ cidr: first.cidr, source, viaDefaultRouter: first.viaDefaultRouter }];
}
