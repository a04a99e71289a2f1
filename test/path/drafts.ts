import type { EndpointSlice, Service } from "../../src/model/kubernetes.ts";
import type { FdbEntry, Link, Neighbour, NodeState, Qdisc, Route, RoutingRule, Socket } from "../../src/model/node.ts";

export type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** One network namespace, to be changed by a test before the world is made of it. */
export interface NetnsDraft {
  links: Draft<Link>[];
  routes: Route[];
  rules: RoutingRule[];
  neighbours: Neighbour[];
  iptables: string;
  /** Documents of `nft -j list table`, one a line. */
  nft: string;
  sockets: Socket[];
  sysctls: Map<string, string>;
}
export interface PodDraft extends NetnsDraft {
  readonly name: string;
  readonly ip: string;
  readonly node: string;
  hostLink: Draft<Link>;
}
export interface NodeDraft extends NetnsDraft {
  readonly name: string;
  readonly ip: string;
  readonly podCIDR: string;
  fdb: FdbEntry[];
  qdiscs?: Qdisc[];
  readonly pods: PodDraft[];
  /** Parts that a test makes unreadable. */
  unreadable: Partial<Pick<NodeState, "iptables" | "routes" | "rules" | "netns" | "sysctls" | "fdb">>;
}
export interface Cluster {
  readonly nodes: NodeDraft[];
  services: Service[];
  slices: EndpointSlice[];
  /** Nodes whose state is left out. */
  unread: Set<string>;
}

export type Shape = "vxlan" | "routes" | "host-routes" | "no-pod-routes";

export function link(more: Partial<Link> & Pick<Link, "index" | "name">): Draft<Link> {
  return {
    peerIndex: null,
    peerNetnsId: null,
    flags: ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"],
    up: true,
    operState: "UP",
    mtuBytes: 1500,
    mac: "",
    kind: "",
    master: null,
    bridgePort: null,
    vxlan: null,
    addresses: [],
    ...more,
  };
}

export function takeDown(one: Draft<Link>): void {
  one.up = false;
  one.operState = "DOWN";
  one.flags = ["BROADCAST", "MULTICAST"];
}

export function route(destination: string, more: Partial<Route> = {}): Route {
  return {
    family: destination.includes(":") ? "IPv6" : "IPv4",
    table: "main",
    type: "unicast",
    destination,
    gateway: null,
    device: null,
    source: null,
    metric: 0,
    mtuBytes: null,
    flags: [],
    protocol: "kernel",
    scope: "global",
    nexthops: [],
    ...more,
  };
}

export function rule(priority: number, more: Partial<RoutingRule> = {}): RoutingRule {
  return {
    family: "IPv4",
    priority,
    source: null,
    destination: null,
    fwmark: null,
    iif: null,
    oif: null,
    table: "main",
    action: "lookup",
    inverted: false,
    unmodelled: [],
    ...more,
  };
}

export const permanent = (address: string, device: string, lladdr: string): Neighbour => ({
  address,
  device,
  mac: lladdr,
  state: ["PERMANENT"],
});
export const fdb = (lladdr: string, destination: string): FdbEntry => ({
  mac: lladdr,
  device: "flannel.1",
  destination,
  master: null,
  state: "permanent",
  flags: ["self"],
});
export const socket = (address: string, port: number, protocol: Socket["protocol"] = "tcp"): Socket => ({
  protocol,
  family: address.includes(":") ? "IPv6" : "IPv4",
  address,
  port,
});
