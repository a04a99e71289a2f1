import type { Flow, FlowEnd, Walk } from "../../src/model/flow.ts";
import type { EndpointSlice, Service } from "../../src/model/kubernetes.ts";
import type { Link } from "../../src/model/node.ts";
import { walkFlow } from "../../src/path/walk.ts";
import { buildWorld } from "../../src/path/world.ts";
import { baseIptables } from "./base-rules.ts";
import { factsOf } from "./draft-facts.ts";
import type { Cluster, Draft, NetnsDraft, NodeDraft, PodDraft, Shape } from "./drafts.ts";
import { nodeDraft } from "./node-drafts.ts";

/** A cluster of `count` Nodes with two Pods each and the Service shop/web over all first Pods. */
export function cluster(shape: Shape, count = 2): Cluster {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const nodes = numbers.map((number) => nodeDraft(shape, number, numbers));
  const endpoints = nodes.flatMap(({ pods }) => pods.slice(0, 1));
  for (const node of nodes) node.iptables = baseIptables(endpoints.map(({ ip }) => ip));
  return { nodes, services: [SERVICE], slices: [sliceOf(endpoints)], unread: new Set() };
}

export function nodeOf(world: Cluster, number: number): NodeDraft {
  const node = world.nodes[number - 1];
  if (node === undefined) throw new Error(`no node${number}`);
  return node;
}

export function podOf(world: Cluster, number: number, which = 0): PodDraft {
  const pod = nodeOf(world, number).pods[which];
  if (pod === undefined) throw new Error(`no Pod ${which} on node${number}`);
  return pod;
}

export function linkOf(draft: NetnsDraft, name: string): Draft<Link> {
  const link = draft.links.find((one) => one.name === name);
  if (link === undefined) throw new Error(`no device ${name}`);
  return link;
}

/** Removes the routes that lead to this destination. */
export function dropRoute(draft: NetnsDraft, destination: string): void {
  draft.routes = draft.routes.filter((one) => one.destination !== destination);
}

export function addRule(draft: NetnsDraft, table: string, rule: string): void {
  const at = draft.iptables.indexOf("COMMIT", draft.iptables.indexOf(`*${table}\n`));
  draft.iptables = `${draft.iptables.slice(0, at)}${rule}\n${draft.iptables.slice(at)}`;
}

export const podEnd = ({ name, ip, node }: PodDraft): FlowEnd => ({
  kind: "Pod",
  namespace: "shop",
  name,
  node,
  ip,
  hostNetwork: false,
});
export const nodeEnd = ({ name, ip }: NodeDraft): FlowEnd => ({ kind: "Node", name, ip });
export const serviceEnd: FlowEnd = { kind: "Service", namespace: "shop", name: "web", ip: "10.96.0.50" };

export function flow(from: FlowEnd, to: FlowEnd, more: Partial<Flow> = {}): Flow {
  const base = {
    id: "flow",
    purpose: "pod-to-pod",
    protocol: "tcp",
    port: 8080,
    packetBytes: null,
    dns: null,
  } as const;
  return { ...base, from, to, ...more };
}

/** Walks one flow over the cluster; the walks' verdicts are what tests look at. */
export function walk(world: Cluster, one: Flow): Walk[] {
  return walkFlow(one, buildWorld(factsOf(world)));
}

export function onlyWalk(world: Cluster, one: Flow): Walk {
  const [first, ...others] = walk(world, one);
  if (first === undefined || others.length > 0) throw new Error(`expected one walk, got ${others.length + 1}`);
  return first;
}

const SERVICE: Service = {
  namespace: "shop",
  name: "web",
  labels: {},
  type: "NodePort",
  selector: { app: "web" },
  headless: false,
  clusterIPs: ["10.96.0.50"],
  ports: [{ name: "http", port: 80, protocol: "TCP", targetPort: 8080, nodePort: 30080 }],
  publishNotReadyAddresses: false,
  internalTrafficPolicy: "Cluster",
  externalTrafficPolicy: "Cluster",
  sessionAffinity: "None",
  loadBalancerIPs: [],
  externalIPs: [],
  externalName: "",
};

export function sliceOf(pods: readonly Pick<PodDraft, "ip" | "node" | "name">[], ready = true): EndpointSlice {
  return {
    namespace: "shop",
    name: "web-abcde",
    service: "web",
    family: "IPv4",
    ports: [{ name: "http", port: 8080, protocol: "TCP" }],
    endpoints: pods.map(({ ip, node, name }) => ({
      addresses: [ip],
      ready,
      serving: ready,
      terminating: false,
      node,
      target: { kind: "Pod", namespace: "shop", name },
    })),
  };
}
