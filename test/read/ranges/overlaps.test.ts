import { describe, expect, test } from "vitest";
import { readSnapshot } from "../../../src/read/facts.ts";
import { captures, valueIn } from "../api/captures.ts";
import { cpPod, node, pod } from "./objects.ts";

const overlaps = (texts: Readonly<Record<string, unknown>>): readonly string[] =>
  valueIn(readSnapshot(captures(texts)).ranges).overlaps.map(
    ({ a, b, relation, byDesign }) =>
      `${a.role} ${a.cidr} ${relation} ${b.role} ${b.cidr}${byDesign === null ? "" : ` (${byDesign})`}`,
  );
const api = (cidr: string) => cpPod("kube-apiserver", [`--service-cluster-ip-range=${cidr}`]);
const manager = (cidr: string) => cpPod("kube-controller-manager", [`--cluster-cidr=${cidr}`]);
const link = (ifname: string, address: string, prefixlen: number, more: object = {}) => ({
  ifindex: [...ifname].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0),
  ifname,
  flags: ["UP"],
  mtu: 1500,
  operstate: "UP",
  addr_info: [{ family: address.includes(":") ? "inet6" : "inet", local: address, prefixlen, scope: "global" }],
  ...more,
});
const state = (name: string, links: readonly object[], routes: readonly object[] = []) => ({
  [`node/${name}/link`]: links,
  [`node/${name}/addr`]: links,
  [`node/${name}/route4`]: routes,
  [`node/${name}/route6`]: [],
});
const eth0 = link("eth0", "192.168.1.11", 24);
const n1 = node("n1", { ips: ["192.168.1.11"], podCIDRs: ["10.244.1.0/24"] });

describe("overlaps between roles", () => {
  test("ranges apart have none", () => {
    expect(overlaps({ nodes: [n1], pods: [api("10.96.0.0/12"), manager("10.244.0.0/16")] })).toEqual([]);
  });
  test.each([
    ["10.244.0.0/16", "10.244.0.0/16", "pod 10.244.0.0/16 equal service 10.244.0.0/16"],
    ["10.0.0.0/8", "10.96.0.0/12", "pod 10.0.0.0/8 contains service 10.96.0.0/12"],
    ["10.244.0.0/16", "10.0.0.0/8", "pod 10.244.0.0/16 inside service 10.0.0.0/8"],
    ["fd00::/48", "fd00::/108", "pod fd00::/48 contains service fd00::/108"],
  ])("Pods in %s and Services in %s", (pods, services, expected) => {
    expect(overlaps({ pods: [api(services), manager(pods)] })).toEqual([expected]);
  });
  test("a Node's address inside the Pod range is seen without the Node's state", () => {
    const nodes = [node("n1", { ips: ["10.244.9.9"] })];
    expect(overlaps({ nodes, pods: [manager("10.244.0.0/16")] })).toEqual([
      "node 10.244.9.9/32 inside pod 10.244.0.0/16",
    ]);
  });
  test("an inferred range overlaps by what was seen, not by what it covers", () => {
    const nodes = [
      node("n1", { ips: ["10.1.128.9"], podCIDRs: ["10.1.0.0/24"] }),
      node("n2", { podCIDRs: ["10.1.255.0/24"] }),
    ];
    expect(overlaps({ nodes })).toEqual([]);
  });
  test("Pods of a cloud CNI live in the Nodes' subnets by design", () => {
    const nodes = [node("n1", { ips: ["10.0.1.5"] })];
    const texts = {
      nodes,
      pods: [pod("a", "n1", "10.0.1.77")],
      daemonsets: [{ metadata: { name: "aws-node", namespace: "kube-system" } }],
      deployments: [],
      statefulsets: [],
      ...state("n1", [link("eth0", "10.0.1.5", 24)]),
    };
    expect(overlaps(texts)).toEqual([
      "node 10.0.1.0/24 contains pod 10.0.1.77/32 (Pods get addresses of the cloud's subnets, which the Nodes are in too)",
    ]);
  });
});

describe("overlaps between Nodes' podCIDRs", () => {
  test("equal and nested ones are found, each with its nearest", () => {
    const nodes = [
      node("n1", { podCIDRs: ["10.244.1.0/24"] }),
      node("n2", { podCIDRs: ["10.244.1.0/24"] }),
      node("n3", { podCIDRs: ["10.244.0.0/23"] }),
      node("n4", { podCIDRs: ["10.244.4.0/24"] }),
    ];
    expect(overlaps({ nodes })).toEqual([
      "node-pod-cidr 10.244.0.0/23 contains node-pod-cidr 10.244.1.0/24",
      "node-pod-cidr 10.244.1.0/24 equal node-pod-cidr 10.244.1.0/24",
    ]);
  });
  test("a thousand Nodes with one podCIDR are reported in linear number", () => {
    const nodes = Array.from({ length: 1000 }, (_, index) => node(`n${index}`, { podCIDRs: ["10.0.0.0/24"] }));
    expect(overlaps({ nodes })).toHaveLength(999);
  });
});

describe("host networks in Pod and Service ranges", () => {
  const pods = [api("10.96.0.0/12"), manager("10.244.0.0/16")];
  test("docker0 apart is nobody's business, docker0 inside the Pod range is", () => {
    const docker = (address: string) => state("n1", [eth0, link("docker0", address, 24, { operstate: "DOWN" })]);
    expect(overlaps({ nodes: [n1], pods, ...docker("172.17.0.1") })).toEqual([]);
    expect(overlaps({ nodes: [n1], pods, ...docker("10.244.200.1") })).toEqual([
      "host-network 10.244.200.0/24 inside pod 10.244.0.0/16",
    ]);
  });
  test("the Pod network's own bridge, tunnel and addresses do not count", () => {
    const links = [
      eth0,
      link("cni0", "10.244.1.1", 24),
      link("flannel.1", "10.244.1.0", 32),
      link("kube-ipvs0", "10.96.0.1", 32),
    ];
    const routes = [
      { dst: "default", gateway: "192.168.1.1", dev: "eth0" },
      { dst: "10.244.1.0/24", dev: "cni0", protocol: "kernel", scope: "link" },
      { dst: "10.244.2.0/24", gateway: "192.168.1.12", dev: "eth0" },
      { dst: "10.244.3.0/24", gateway: "192.168.1.1", dev: "eth0" },
      { type: "blackhole", dst: "10.244.7.0/26", dev: "*", protocol: "bird" },
    ];
    const nodes = [n1, node("n2", { ips: ["192.168.1.12"], podCIDRs: ["10.244.2.0/24"] })];
    expect(overlaps({ nodes, pods, ...state("n1", links, routes) })).toEqual([
      "host-network 10.244.3.0/24 inside pod 10.244.0.0/16 (it leads to the router that takes everything else too)",
    ]);
  });
  test("a wide route of a VPN loses to the Pods' longer prefixes, a narrow one takes packets away", () => {
    const routes = [
      { dst: "10.0.0.0/8", dev: "tun0" },
      { dst: "10.100.0.0/16", gateway: "10.8.0.1", dev: "tun0" },
    ];
    expect(overlaps({ nodes: [n1], pods, ...state("n1", [eth0, link("tun0", "10.8.0.2", 24)], routes) })).toEqual([
      "host-network 10.0.0.0/8 contains pod 10.244.0.0/16 (the routes to Pods have longer prefixes and win)",
      "host-network 10.0.0.0/8 contains service 10.96.0.0/12 (Service addresses are translated before such a wide route could take them)",
      "host-network 10.100.0.0/16 inside service 10.96.0.0/12",
    ]);
  });
  test("the same network on several Nodes is one, with the Nodes named", () => {
    const docker = link("docker0", "10.244.200.1", 24);
    const texts = { nodes: [n1, node("n2")], pods, ...state("n1", [eth0, docker]), ...state("n2", [docker]) };
    const found = valueIn(readSnapshot(captures(texts)).ranges).overlaps;
    expect(found.map(({ a }) => a.source)).toEqual(["interface docker0 on n1, n2"]);
  });
});
