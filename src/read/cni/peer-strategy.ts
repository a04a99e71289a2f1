import type { CrossNodeStrategy } from "../../model/cni.ts";
import type { Evidence } from "../../model/finding.ts";
import type { Link, NodeState, Route } from "../../model/node.ts";
import { type Address, type Cidr, indexPrefixes, parseAddress, parseCidr } from "../../net/cidr.ts";
import type { Brand } from "./brands.ts";

/** How one Node sends packets to Pods on other Nodes. */
export interface PeerStrategy {
  readonly strategy: CrossNodeStrategy;
  /** The tunnel's device; null without a tunnel. */
  readonly device: Link | null;
  readonly evidence: readonly Evidence[];
  /** Why it is unknown; null where it is not. */
  readonly unknown: string | null;
}
export interface PeerQuestion {
  readonly state: NodeState;
  readonly brand: Brand | null;
  /** Addresses of Pods on other Nodes. */
  readonly peers: readonly Address[];
  /** Addresses of other Nodes, canonical. */
  readonly nodeAddresses: ReadonlySet<string>;
  /** The Nodes are machines of a cloud that can route Pod addresses by itself. */
  readonly inCloud: boolean;
}

/** The kinds of devices that encapsulate by themselves (ip-link(8)). */
const TUNNEL_KINDS: Readonly<Record<string, CrossNodeStrategy>> = {
  vxlan: "vxlan",
  geneve: "geneve",
  ipip: "ipip",
  ip6tnl: "ipip",
  wireguard: "wireguard",
};
/** Route protocols of routing daemons (rtnetlink.h RTPROT_*); 17 is what kube-router's GoBGP sets. */
const BGP_PROTOCOLS: ReadonlySet<string> = new Set(["bird", "bgp", "zebra", "17"]);
/** The kernel makes these with the module, unasked (ip-link(8), fb_tunnels_only_for_init_net). */
const FALLBACK_DEVICES: ReadonlySet<string> = new Set([
  "tunl0",
  "sit0",
  "gre0",
  "gretap0",
  "erspan0",
  "ip6tnl0",
  "ip_vti0",
]);

/** Told by the routes that packets to Pods on other Nodes would take; where those tell nothing, by the tunnel devices there. */
export function peerStrategy(question: PeerQuestion): PeerStrategy {
  const { state, brand, peers } = question;
  if (!state.links.known || !state.routes.known) {
    const unread = state.links.known ? state.routes : state.links;
    return unknownBecause(unread.known ? "" : unread.detail || unread.reason);
  }
  const lookUp = routeLookup(state.routes.value);
  const found = peers.map((peer) => ofRoute(lookUp(peer), question, state.links.known ? state.links.value : []));
  const told = mostFrequent(found.filter((answer) => answer.unknown === null));
  if (told !== null) return told;
  const tunnel = tunnelOf(state.links.value, brand);
  if (tunnel !== null) return throughTunnel(tunnel, state.node);
  return found[0] ?? unknownBecause("no Pod on another Node is known");
}

interface RouteEntry {
  readonly cidr: Cidr;
  readonly route: Route;
}

/** Longest prefix in the main table; where that has the default route at most, in the tables that policy rules lead to. */
function routeLookup(routes: readonly Route[]): (address: Address) => Route | null {
  const entries = routes.flatMap((route): RouteEntry[] => {
    const cidr = route.type === "unicast" && route.table !== "local" ? parseCidr(route.destination) : null;
    return cidr === null ? [] : [{ cidr, route }];
  });
  const main = indexPrefixes(entries.filter(({ route }) => isMain(route)));
  const others = indexPrefixes(entries.filter(({ route, cidr }) => !isMain(route) && cidr.prefixLength > 0));
  return (address) => {
    const found = main(address);
    const special = found === null || found.cidr.prefixLength === 0 ? others(address) : null;
    return (special ?? found)?.route ?? null;
  };
}

function isMain({ table }: Route): boolean {
  return table === "main" || table === "" || table === "254";
}

function ofRoute(route: Route | null, question: PeerQuestion, links: readonly Link[]): PeerStrategy {
  const { state, brand, nodeAddresses, inCloud } = question;
  if (route === null) return unknownBecause("no route leads to Pods on other Nodes");
  const hops = [{ gateway: route.gateway, device: route.device }, ...route.nexthops];
  const hop = hops.find(({ device }) => device !== null) ?? hops[0];
  const link = links.find(({ name }) => name === hop?.device);
  if (link !== undefined && isTunnel(link)) return throughTunnel(link, state.node, route);
  const gateway = parseAddress(hop?.gateway ?? "")?.text ?? null;
  if (gateway !== null && nodeAddresses.has(gateway)) {
    return {
      ...answer(BGP_PROTOCOLS.has(route.protocol) ? "bgp" : "direct-routing"),
      evidence: [routeEvidence(state, route)],
    };
  }
  const ownDevice = link !== undefined && brand?.devices?.test(link.name) === true;
  const tunnel = ownDevice ? tunnelOf(links, brand) : null;
  if (tunnel !== null) return throughTunnel(tunnel, state.node, route);
  if (ownDevice && brand.untunnelled !== "unknown") {
    return { ...answer(brand.untunnelled), evidence: [routeEvidence(state, route)] };
  }
  if (brand?.untunnelled === "cloud" || (inCloud && isDefault(route))) {
    return { ...answer("cloud"), evidence: [routeEvidence(state, route)] };
  }
  return unknownBecause(`packets to Pods on other Nodes take the route ${routeText(route)}`);
}

function isTunnel(link: Link): boolean {
  return Object.hasOwn(TUNNEL_KINDS, link.kind);
}

/** The tunnel of this CNI: its own by name, or one that a switch or eBPF hands packets to (no remote or local address of its own). */
function tunnelOf(links: readonly Link[], brand: Brand | null): Link | null {
  const tunnels = links.filter(
    (link) => isTunnel(link) && !(FALLBACK_DEVICES.has(link.name) && link.addresses.length === 0),
  );
  const own = tunnels.find((link) => brand?.devices?.test(link.name) === true);
  return (
    own ?? tunnels.find((link) => link.vxlan?.external === true || /^(genev_sys_|vxlan_sys_)/.test(link.name)) ?? null
  );
}

function throughTunnel(link: Link, node: string, route: Route | null = null): PeerStrategy {
  const strategy = TUNNEL_KINDS[link.kind] ?? "unknown";
  const device = { source: `node/${node}/link`, where: link.name, value: `${link.kind}, MTU ${link.mtuBytes}` };
  const by =
    route === null ? [] : [{ source: captureOf(node, route), where: "route to Pods", value: routeText(route) }];
  return { strategy, device: link, evidence: [device, ...by], unknown: null };
}

function answer(strategy: CrossNodeStrategy): PeerStrategy {
  return { strategy, device: null, evidence: [], unknown: null };
}

function unknownBecause(reason: string): PeerStrategy {
  return { strategy: "unknown", device: null, evidence: [], unknown: reason };
}

function isDefault({ destination }: Route): boolean {
  return destination === "0.0.0.0/0" || destination === "::/0";
}

function captureOf(node: string, { family }: Route): string {
  return `node/${node}/${family === "IPv6" ? "route6" : "route4"}`;
}

function routeEvidence({ node }: NodeState, route: Route): Evidence {
  return { source: captureOf(node, route), where: "route to Pods", value: routeText(route) };
}

function routeText({ destination, gateway, device, protocol }: Route): string {
  const via = gateway === null ? "" : ` via ${gateway}`;
  const dev = device === null ? "" : ` dev ${device}`;
  return `${destination}${via}${dev}${protocol === "" ? "" : ` proto ${protocol}`}`;
}

/** A fault of one peer's route does not change the strategy; of equals the first in the order of the peers. */
function mostFrequent(answers: readonly PeerStrategy[]): PeerStrategy | null {
  const counts = new Map<CrossNodeStrategy, number>();
  for (const { strategy } of answers) counts.set(strategy, (counts.get(strategy) ?? 0) + 1);
  const best = [...counts].reduce<[CrossNodeStrategy, number] | null>(
    (so, entry) => (so === null || entry[1] > so[1] ? entry : so),
    null,
  );
  return answers.find(({ strategy }) => strategy === best?.[0]) ?? null;
}
