import { describe, expect, test } from "vitest";
import { readSnapshot } from "../../../src/read/facts.ts";
import { captures, valueIn } from "../api/captures.ts";
import { cpPod, node, pod, service } from "./objects.ts";

const capacity = (texts: Readonly<Record<string, unknown>>): readonly string[] =>
  valueIn(readSnapshot(captures(texts)).ranges).capacity.map(
    ({ what, cidr, used, total }) => `${what} ${cidr}: ${used} of ${total ?? "many"}`,
  );

describe("capacity", () => {
  test("of a Node's block leaves out network, gateway and broadcast address, and counts live Pods only", () => {
    const pods = [
      pod("a", "n1", "10.244.1.2"),
      pod("b", "n1", "10.244.1.3"),
      pod("ended", "n1", "10.244.1.4", { status: { phase: "Failed" } }),
    ];
    expect(capacity({ nodes: [node("n1", { podCIDRs: ["10.244.1.0/29", "fd00:1::/64"] })], pods })).toEqual([
      "Pod addresses of Node n1 10.244.1.0/29: 2 of 5",
      "Pod addresses of Node n1 fd00:1::/64: 0 of many",
    ]);
  });
  test("of the cluster's range is how many Nodes it has blocks for", () => {
    const pods = [cpPod("kube-controller-manager", ["--cluster-cidr=10.244.0.0/22", "--node-cidr-mask-size=24"])];
    const nodes = [node("n1", { podCIDRs: ["10.244.0.0/24"] }), node("n2", { podCIDRs: ["10.244.1.0/24"] })];
    expect(capacity({ nodes, pods })[0]).toBe("Node blocks of /24 10.244.0.0/22: 2 of 4");
    expect(capacity({ nodes: [], pods })[0]).toBe("Node blocks of /24 10.244.0.0/22: 0 of 4");
  });
  test("of a Service range leaves out both ends, of an inferred one is not told", () => {
    const services = [service("a", "10.96.0.1"), service("b", "10.96.0.2"), service("c", "None")];
    const servicecidrs = [{ metadata: { name: "kubernetes" }, spec: { cidrs: ["10.96.0.0/29"] } }];
    expect(capacity({ services, servicecidrs })).toEqual(["Service addresses 10.96.0.0/29: 2 of 6"]);
    expect(capacity({ services })).toEqual([]);
    expect(capacity({ servicecidrs })).toEqual([]);
  });
  test("of a Calico pool is its addresses and its blocks", () => {
    const texts = {
      daemonsets: [{ metadata: { name: "calico-node", namespace: "kube-system" } }],
      deployments: [],
      statefulsets: [],
      "custom/ippools.crd.projectcalico.org": [
        { metadata: { name: "p" }, kind: "IPPool", spec: { cidr: "10.1.0.0/24" } },
      ],
      "custom/blockaffinities.crd.projectcalico.org": [
        {
          metadata: { name: "b" },
          kind: "BlockAffinity",
          spec: { cidr: "10.1.0.64/26", node: "n1", state: "confirmed" },
        },
      ],
      nodes: [node("n1")],
      pods: [pod("a", "n1", "10.1.0.70")],
    };
    expect(capacity(texts)).toEqual([
      "IPPool p 10.1.0.0/24: 1 of 256",
      "blocks of /26 of IPPool p 10.1.0.0/24: 1 of 4",
      "Pod addresses of Node n1 10.1.0.64/26: 1 of 64",
    ]);
  });
  test("where Pods could not be read is not told as unused", () => {
    expect(capacity({ nodes: [node("n1", { podCIDRs: ["10.244.1.0/24"] })] })).toEqual([]);
  });
});
