import { describe, expect, it } from "vitest";
import { kubeProxyNft } from "./base-rules.ts";
import type { Shape } from "./drafts.ts";
import { cluster, flow, nodeEnd, nodeOf, onlyWalk, podEnd, podOf, serviceEnd, walk } from "./world-builder.ts";

const OUTSIDE = { kind: "IP", ip: "198.51.100.10" } as const;
const NODE_PORT = { purpose: "node-port", port: 30080 } as const;

describe.each<Shape>(["vxlan", "routes", "host-routes"])("a healthy %s cluster", (shape) => {
  const world = cluster(shape, 3);
  const verdicts = (one: ReturnType<typeof flow>): string[] =>
    walk(world, one).map(({ verdict, unknown, stop }) => `${verdict}${unknown ?? ""}${stop?.kind ?? ""}`);

  it("passes from Pod to Pod of another Node", () => {
    expect(verdicts(flow(podEnd(podOf(world, 1)), podEnd(podOf(world, 2))))).toEqual(["passes"]);
  });
  it("passes from Pod to Pod of the same Node", () => {
    expect(verdicts(flow(podEnd(podOf(world, 1)), podEnd(podOf(world, 1, 1))))).toEqual(["passes"]);
  });
  it("passes a ping and a datagram", () => {
    const [from, to] = [podEnd(podOf(world, 1)), podEnd(podOf(world, 2))];
    expect(verdicts(flow(from, to, { protocol: "icmp", port: null }))).toEqual(["passes"]);
    expect(verdicts(flow(from, to, { protocol: "udp", port: 8081 }))).toEqual(["passes"]);
  });
  it("passes from Node to Pod, near and far", () => {
    expect(verdicts(flow(nodeEnd(nodeOf(world, 1)), podEnd(podOf(world, 1))))).toEqual(["passes"]);
    expect(verdicts(flow(nodeEnd(nodeOf(world, 1)), podEnd(podOf(world, 3))))).toEqual(["passes"]);
  });
  it("passes from Pod to Node, its own and another", () => {
    const from = podEnd(podOf(world, 1));
    expect(verdicts(flow(from, nodeEnd(nodeOf(world, 1)), { port: 10250 }))).toEqual(["passes"]);
    expect(verdicts(flow(from, nodeEnd(nodeOf(world, 2)), { port: 10250 }))).toEqual(["passes"]);
  });
  it("passes from Pod and Node to each endpoint of a Service", () => {
    expect(verdicts(flow(podEnd(podOf(world, 1, 1)), serviceEnd, { port: 80 }))).toEqual([
      "passes",
      "passes",
      "passes",
    ]);
    expect(verdicts(flow(nodeEnd(nodeOf(world, 2)), serviceEnd, { port: 80 }))).toEqual(["passes", "passes", "passes"]);
  });
  it("passes from a Pod to its own Service, itself included", () => {
    expect(verdicts(flow(podEnd(podOf(world, 1)), serviceEnd, { port: 80 }))).toEqual(["passes", "passes", "passes"]);
  });
  it("passes to a NodePort from a Pod, a Node and outside", () => {
    const to = nodeEnd(nodeOf(world, 2));
    for (const from of [podEnd(podOf(world, 2)), nodeEnd(nodeOf(world, 1)), OUTSIDE]) {
      expect(verdicts(flow(from, to, NODE_PORT))).toEqual(["passes", "passes", "passes"]);
    }
  });
  it("passes to an address outside of the cluster", () => {
    expect(verdicts(flow(podEnd(podOf(world, 1)), OUTSIDE, { port: 443 }))).toEqual(["passes"]);
  });
  it("passes the largest packet of the sender's device", () => {
    const packetBytes = podOf(world, 1).links[1]?.mtuBytes ?? 0;
    expect(packetBytes).toBeGreaterThan(1400);
    const [from, to] = [podEnd(podOf(world, 1)), podEnd(podOf(world, 2))];
    expect(verdicts(flow(from, to, { protocol: "icmp", port: null, packetBytes }))).toEqual(["passes"]);
  });
});

describe("what a walk tells", () => {
  it("names the endpoint that it assumed", () => {
    const world = cluster("vxlan");
    const walks = walk(world, flow(podEnd(podOf(world, 1)), serviceEnd, { port: 80 }));
    expect(walks.map(({ destination }) => destination)).toEqual(["10.244.1.2", "10.244.2.2"]);
  });
  it("lists the hops there and back, with the tunnel and the wire", () => {
    const world = cluster("vxlan");
    const { hops } = onlyWalk(world, flow(podEnd(podOf(world, 1)), podEnd(podOf(world, 2))));
    expect(hops.map(({ where }) => where).filter((where) => where === "wire")).toHaveLength(2);
    expect(hops.map(({ action }) => action)).toContain("VXLAN 1 to 192.168.0.12 port 8472");
    expect(hops.map(({ action }) => action)).toContain("VXLAN 1 to 192.168.0.11 port 8472");
  });
  it("shows the masquerade of what leaves the cluster", () => {
    const world = cluster("routes");
    const { hops } = onlyWalk(world, flow(podEnd(podOf(world, 1)), OUTSIDE, { port: 443 }));
    expect(hops.map(({ action }) => action)).toContain("masquerade as 192.168.0.11");
  });
  it("shows by which device a packet comes in from outside, and that the answer leaves by the same", () => {
    const world = cluster("vxlan");
    const [first] = walk(world, flow(OUTSIDE, nodeEnd(nodeOf(world, 1)), NODE_PORT));
    const shown = first?.hops.map(({ where, device, action }) => `${where} ${device} ${action}`) ?? [];
    expect(shown.slice(0, 2)).toEqual(["wire eth0 comes in from outside", "node eth0 arrives"]);
    expect(shown.at(-1)).toBe("wire eth0 leaves the cluster from node1 to 192.168.0.1");
  });
  it("says of a Pod's and a Service's address who decides whether the outside reaches it", () => {
    const world = cluster("vxlan");
    const why = (to: ReturnType<typeof podEnd>): string => onlyWalk(world, flow(OUTSIDE, to)).unknown ?? "";
    expect(why(podEnd(podOf(world, 1)))).toMatch(/is the address of a Pod: only the network outside knows/);
    expect(why({ kind: "IP", ip: "203.0.113.7" })).toMatch(/outside of what was read$/);
  });
  it("passes through kube-proxy's own nftables table", () => {
    const world = cluster("vxlan");
    const ips = world.nodes.map((node) => node.pods[0]?.ip ?? "");
    for (const node of world.nodes) Object.assign(node, { iptables: "", nft: kubeProxyNft(ips) });
    const walks = walk(world, flow(podEnd(podOf(world, 1)), serviceEnd, { port: 80 }));
    expect(walks.map(({ verdict, destination }) => `${verdict} ${destination}`)).toEqual([
      "passes 10.244.1.2",
      "passes 10.244.2.2",
    ]);
    expect(walks[0]?.hops.map(({ action }) => action)).toContain("masquerade as 10.244.1.1");
  });
});
