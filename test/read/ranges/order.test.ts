import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readSnapshot } from "../../../src/read/facts.ts";
import { asArray, asObject } from "../../../src/read/json-value.ts";
import { captures, corpusFolder, valueIn } from "../api/captures.ts";
import { configMap, cpPod, node, pod, service } from "./objects.ts";

const byte = fc.integer({ min: 0, max: 3 });
const cidr = fc
  .tuple(fc.constantFrom(10, 172), byte, byte, fc.constantFrom(16, 22, 24))
  .map(([a, b, c, length]) => `${a}.${b}.${c}.0/${length}`);
const ip = fc
  .tuple(fc.constantFrom(10, 172), byte, byte, fc.integer({ min: 1, max: 9 }))
  .map((parts) => parts.join("."));
const cluster = fc.record({
  nodes: fc.array(fc.record({ podCIDRs: fc.array(cidr, { maxLength: 2 }), ips: fc.array(ip, { maxLength: 1 }) }), {
    maxLength: 5,
  }),
  pods: fc.array(ip, { maxLength: 6 }),
  services: fc.array(ip, { maxLength: 4 }),
  pools: fc.array(cidr, { maxLength: 3 }),
  cidrs: fc.array(cidr, { maxLength: 2 }),
  podSubnet: cidr,
  clusterCIDR: cidr,
});

const shuffled = <T>(items: readonly T[], seed: number): readonly T[] =>
  items
    .map((item, index) => ({ item, key: ((index + 1) * 2_654_435_761 * (seed + 1)) % 1_000_003 }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);

describe("readRanges", () => {
  test("does not depend on the order of the objects", () => {
    fc.assert(
      fc.property(cluster, fc.nat(1000), ({ nodes, pods, services, pools, cidrs, podSubnet, clusterCIDR }, seed) => {
        const objects: Readonly<Record<string, readonly object[]>> = {
          nodes: nodes.map((parts, index) => node(`n${index}`, parts)),
          pods: [
            ...pods.map((address, index) => pod(`p${index}`, `n${index % 3}`, address)),
            cpPod("kube-controller-manager", [`--cluster-cidr=${clusterCIDR}`]),
          ],
          services: services.map((address, index) => service(`s${index}`, address)),
          servicecidrs: cidrs.map((range, index) => ({ metadata: { name: `r${index}` }, spec: { cidrs: [range] } })),
          configmaps: [configMap("kubeadm-config", { ClusterConfiguration: `networking: {podSubnet: ${podSubnet}}` })],
          "custom/ippools.crd.projectcalico.org": pools.map((range, index) => ({
            metadata: { name: `i${index}` },
            kind: "IPPool",
            spec: { cidr: range },
          })),
        };
        const mixed = Object.entries(objects).map(([name, list]) => [name, shuffled(list, seed)]);
        const ranges = readSnapshot(captures(objects)).ranges;
        expect(ranges.known).toBe(true);
        expect(readSnapshot(captures(Object.fromEntries(mixed))).ranges).toEqual(ranges);
      }),
      { numRuns: 300 },
    );
  });
});

const folder = corpusFolder("cluster/recorded");
describe.skipIf(folder === null)("recorded clusters", () => {
  const recorded = (name: string) => {
    const files = readdirSync(`${folder}/${name}`).filter((file) => file.endsWith(".json"));
    const texts = files.map((file): [string, unknown] => {
      const json: unknown = JSON.parse(readFileSync(`${folder}/${name}/${file}`, "utf8"));
      return [file.replace(".json", ""), Array.isArray(json) ? json : asArray(asObject(json).items)];
    });
    return readSnapshot(captures({ ...Object.fromEntries(texts), deployments: [], statefulsets: [] }));
  };
  test.each([
    ["kind-v1.14", ["node 172.17.0.2/32", "pod 10.244.0.0/16", "service 10.96.0.0/12"]],
    ["kind-v1.21", ["node 172.18.0.2/32", "pod 10.244.0.0/16", "service 10.96.0.0/16"]],
    ["aws-kubeadm-calico", ["node 10.0.0.0/19", "service 10.96.0.0/12"]],
    ["aws-kubeadm-0.8", ["node 10.0.0.0/19"]],
  ])("%s has its ranges, without overlap or disagreement", (name, expected) => {
    const { ranges, overlaps } = valueIn(recorded(name).ranges);
    expect(ranges.map(({ role, cidr: range }) => `${role} ${range}`)).toEqual(expected);
    expect(ranges.flatMap(({ disagreeing }) => disagreeing)).toEqual([]);
    expect(overlaps).toEqual([]);
  });
  test.each([
    ["kind-v1.14", "kindnet", "iptables"],
    ["kind-v1.21", "kindnet", "iptables"],
    ["aws-kubeadm-calico", "calico", "iptables"],
  ])("%s has the CNI %s and kube-proxy in mode %s", (name, cni, mode) => {
    expect(valueIn(recorded(name).cni)).toMatchObject({ name: cni, kubeProxyMode: mode });
  });
});
