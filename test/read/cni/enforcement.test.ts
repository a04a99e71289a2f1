import { describe, expect, test } from "vitest";
import type { ClusterCni } from "../../../src/model/cni.ts";
import { readSnapshot } from "../../../src/read/facts.ts";
import { valueIn } from "../api/captures.ts";
import { type NodeParts, twoNodes } from "./node-captures.ts";

const cluster = (state: NodeParts, api: Readonly<Record<string, unknown>> = {}): ClusterCni =>
  valueIn(readSnapshot(twoNodes(state, api)).cni);
const list = (...types: readonly string[]) => ({ name: "net", plugins: types.map((type) => ({ type })) });
const daemonSet = (name: string, args: readonly string[] = []) => ({
  metadata: { name, namespace: "kube-system" },
  spec: { template: { spec: { containers: [{ name, args }] } } },
});
const sets = (...items: readonly object[]) => ({ daemonsets: items, deployments: [], statefulsets: [] });

describe("NetworkPolicy", () => {
  const files = (type: string) => ({ files: { "10-a.conflist": list(type) } });
  const enforced = (state: NodeParts, api: Readonly<Record<string, unknown>> = sets()) =>
    cluster(state, api).enforcesNetworkPolicy;

  test.each([
    ["flannel", "no"],
    ["bridge", "no"],
    ["calico", "yes"],
    ["cilium-cni", "yes"],
    ["antrea", "yes"],
    ["weave-net", "yes"],
    ["acme-net", "unknown"],
  ])("with %s alone: %s", (type, answer) => {
    expect(enforced(files(type))).toBe(answer);
  });
  test("of the AWS VPC CNI depends on its agent", () => {
    expect(enforced(files("aws-cni"), sets(daemonSet("aws-node", ["--enable-network-policy=true"])))).toBe("yes");
    expect(enforced(files("aws-cni"), sets(daemonSet("aws-node", ["--enable-network-policy=false"])))).toBe("no");
    expect(enforced(files("aws-cni"), {})).toBe("unknown");
  });
  test("is enforced beside flannel by whatever workload or chain does it", () => {
    expect(enforced(files("flannel"), sets(daemonSet("kube-network-policies")))).toBe("yes");
    const chains = "*filter\n:KUBE-ROUTER-FORWARD - [0:0]\nCOMMIT\n";
    expect(enforced({ ...files("flannel"), sections: { "iptables-nft": chains } })).toBe("yes");
  });
  test("is not enforced by a kube-router that is told not to", () => {
    expect(enforced(files("flannel"), sets(daemonSet("kube-router", ["--run-firewall=false"])))).toBe("no");
  });
});

describe("kube-proxy's mode", () => {
  const chain =
    "*nat\n:PREROUTING ACCEPT [0:0]\n:KUBE-SERVICES - [0:0]\n-A KUBE-SERVICES -d 10.96.0.1/32 -j ACCEPT\nCOMMIT\n";
  const empty = "*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n";
  const table = JSON.stringify({ nftables: [{ table: { family: "ip", name: "kube-proxy", handle: 1 } }] });
  const config = (mode: string) => ({
    configmaps: [
      { metadata: { name: "kube-proxy", namespace: "kube-system" }, data: { "config.conf": `mode: "${mode}"` } },
    ],
    ...sets(daemonSet("kube-proxy")),
  });
  const mode = (
    sections: Readonly<Record<string, string>>,
    api: Readonly<Record<string, unknown>> = {},
    devices: NodeParts["devices"] = [],
  ) => cluster({ sections, devices }, api).kubeProxyMode;

  test("is what stands on the Node", () => {
    expect(mode({ "iptables-nft": chain, nft: "" })).toBe("iptables");
    expect(mode({ "iptables-nft": empty, nft: table })).toBe("nftables");
    expect(mode({ "iptables-nft": chain, nft: "" }, {}, [{ name: "kube-ipvs0", kind: "dummy" }])).toBe("ipvs");
  });
  test("is what is configured where an older mode left its rules", () => {
    expect(mode({ "iptables-nft": chain, nft: table }, config("nftables"))).toBe("nftables");
    expect(mode({ "iptables-nft": chain, nft: table }, config(""))).toBe("iptables");
  });
  test("is none only where the rules were read and there is no kube-proxy", () => {
    expect(mode({ "iptables-nft": empty, nft: "" })).toBe("none");
    expect(mode({ "iptables-nft": empty, nft: "" }, config("ipvs"))).toBe("ipvs");
    expect(mode({})).toBe("unknown");
  });
});
