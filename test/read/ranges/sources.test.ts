import { describe, expect, test } from "vitest";
import type { Ranges } from "../../../src/model/ranges.ts";
import { readSnapshot } from "../../../src/read/facts.ts";
import { captures, valueIn } from "../api/captures.ts";
import { configMap, cpPod, node, pod, service } from "./objects.ts";

const ranges = (texts: Readonly<Record<string, unknown>>): Ranges => valueIn(readSnapshot(captures(texts)).ranges);
/** "pod 10.244.0.0/16: source; source" with disagreements after "!=". */
const lines = (texts: Readonly<Record<string, unknown>>): readonly string[] =>
  ranges(texts).ranges.map(({ role, cidr, sources, disagreeing }) => {
    const others = disagreeing.map((other) => ` != ${other.cidr} ${other.source}`).join("");
    return `${role} ${cidr}: ${sources.map(({ source }) => source).join("; ")}${others}`;
  });
const kubeadm = (networking: string) =>
  configMap("kubeadm-config", { ClusterConfiguration: `networking: ${networking}` });

describe("Service ranges", () => {
  test("come from ServiceCIDRs first, then the API server's flag, then kubeadm", () => {
    expect(
      lines({
        servicecidrs: [{ metadata: { name: "kubernetes" }, spec: { cidrs: ["10.96.0.0/16"] } }],
        pods: [cpPod("kube-apiserver", ["--service-cluster-ip-range=10.96.0.0/16"])],
        configmaps: [kubeadm("{serviceSubnet: 10.96.0.0/16}")],
        services: [service("kubernetes", "10.96.0.1")],
      }),
    ).toEqual([
      "service 10.96.0.0/16: ServiceCIDR kubernetes; Pod kube-system/kube-apiserver-n1 --service-cluster-ip-range; " +
        "ConfigMap kube-system/kubeadm-config networking.serviceSubnet; 1 cluster IP in use",
    ]);
  });
  test("of both families are two ranges", () => {
    const pods = [cpPod("kube-apiserver", ["--service-cluster-ip-range", "10.96.0.0/16,fd00:10:96::/112"])];
    expect(lines({ pods }).map((line) => line.split(":")[0])).toEqual(["service 10.96.0.0/16", "service fd00"]);
  });
  test("without any configuration are at least what covers the cluster IPs", () => {
    const services = [service("a", "10.96.0.1"), service("b", "10.96.0.10"), service("c", "None")];
    const [range] = ranges({ services }).ranges;
    expect(range).toMatchObject({ cidr: "10.96.0.0/28", sources: [{ confidence: "inferred" }] });
  });
  test("are read from the annotation that k3s leaves on its servers", () => {
    const args = JSON.stringify(["server", "--service-cidr", "10.43.0.0/16", "--cluster-cidr", "10.42.0.0/16"]);
    const nodes = [node("n1", { annotations: { "k3s.io/node-args": args } })];
    expect(lines({ nodes })).toEqual([
      "pod 10.42.0.0/16: Node n1 annotation k3s.io/node-args --cluster-cidr",
      "service 10.43.0.0/16: Node n1 annotation k3s.io/node-args --service-cidr",
    ]);
  });
  test("an API server of a cluster inside this one does not count", () => {
    const inner = { ...cpPod("kube-apiserver", ["--service-cluster-ip-range=10.1.0.0/16"]) };
    const pods = [{ ...inner, metadata: { name: "vcluster-0", namespace: "team" } }];
    expect(ranges({ pods }).missing.map(({ role }) => role)).toContain("service");
  });
  test("that nothing names are missing with the reason, not empty", () => {
    expect(ranges({ nodes: [] }).missing).toContainEqual({
      role: "service",
      reason: expect.stringContaining("api/services was not collected"),
    });
  });
});

describe("Pod ranges", () => {
  test("per-Node podCIDRs inside the cluster's range confirm it", () => {
    expect(
      lines({
        nodes: [node("n1", { podCIDRs: ["10.244.0.0/24"] }), node("n2", { podCIDRs: ["10.244.1.0/24"] })],
        pods: [cpPod("kube-controller-manager", ["--cluster-cidr=10.244.0.0/16"])],
      }),
    ).toEqual([
      "pod 10.244.0.0/16: Pod kube-system/kube-controller-manager-n1 --cluster-cidr; Node n1 spec.podCIDRs and 1 more",
    ]);
  });
  test("a podCIDR outside of flannel's Network disagrees with it", () => {
    const flannel = configMap("kube-flannel-cfg", { "net-conf.json": '{"Network":"10.244.0.0/16"}' }, "kube-flannel");
    expect(lines({ nodes: [node("n1", { podCIDRs: ["10.200.0.0/24"] })], configmaps: [flannel] })).toEqual([
      "pod 10.244.0.0/16: ConfigMap kube-flannel/kube-flannel-cfg net-conf.json Network" +
        " != 10.200.0.0/24 Node n1 spec.podCIDRs",
    ]);
  });
  test("two configurations that differ disagree", () => {
    const proxy = configMap("kube-proxy", { "config.conf": "clusterCIDR: 10.200.0.0/16" });
    expect(lines({ configmaps: [kubeadm("{podSubnet: 10.244.0.0/16}"), proxy] })).toEqual([
      "pod 10.244.0.0/16: ConfigMap kube-system/kubeadm-config networking.podSubnet" +
        " != 10.200.0.0/16 ConfigMap kube-system/kube-proxy clusterCIDR",
    ]);
  });
  test("without configuration are what covers the podCIDRs", () => {
    const nodes = [node("n1", { podCIDRs: ["10.244.0.0/24"] }), node("n2", { podCIDRs: ["10.244.3.0/24"] })];
    expect(ranges({ nodes }).ranges).toMatchObject([{ cidr: "10.244.0.0/22", sources: [{ confidence: "inferred" }] }]);
  });
  test("far podCIDRs do not claim what lies between them", () => {
    const nodes = [node("n1", { podCIDRs: ["10.1.0.0/24"] }), node("n2", { podCIDRs: ["192.168.3.0/24"] })];
    expect(ranges({ nodes }).ranges.map(({ cidr }) => cidr)).toEqual(["10.1.0.0/24", "192.168.3.0/24"]);
  });
  test("addresses of ended, deleted and hostNetwork Pods say nothing", () => {
    const pods = [
      pod("a", "n1", "10.9.0.1", { status: { phase: "Succeeded" } }),
      pod("b", "n1", "10.9.0.2", { metadata: { deletionTimestamp: "2026" } }),
      pod("c", "n1", "10.9.0.3", { spec: { hostNetwork: true } }),
      pod("d", "fargate", "10.9.0.4"),
    ];
    const nodes = [node("n1"), node("fargate", { labels: { "eks.amazonaws.com/compute-type": "fargate" } })];
    expect(ranges({ pods, nodes }).missing.map(({ role }) => role)).toContain("pod");
  });
});

describe("Pod ranges of CNIs with their own address management", () => {
  const calico = [{ metadata: { name: "calico-node", namespace: "kube-system" } }];
  const pool = (name: string, cidr: string, more: object = {}) => ({
    metadata: { name },
    kind: "IPPool",
    spec: { cidr, ...more },
  });
  const pools = "custom/ippools.crd.projectcalico.org";

  test("several Calico pools are several ranges, and podCIDRs elsewhere are unused, not wrong", () => {
    const texts = {
      daemonsets: calico,
      deployments: [],
      statefulsets: [],
      [pools]: [pool("b", "10.20.0.0/16"), pool("a", "10.10.0.0/16"), pool("off", "10.30.0.0/16", { disabled: true })],
      nodes: [node("n1", { podCIDRs: ["192.168.0.0/24"] })],
      configmaps: [kubeadm("{podSubnet: 192.168.0.0/16}")],
      pods: [pod("x", "n1", "10.10.3.4")],
    };
    expect(lines(texts)).toEqual([
      "pod 10.10.0.0/16: IPPool a spec.cidr; 1 Pod IP in use",
      "pod 10.20.0.0/16: IPPool b spec.cidr",
    ]);
    expect(ranges(texts).unused?.map(({ cidr }) => cidr)).toEqual(["192.168.0.0/16", "192.168.0.0/24"]);
    expect(ranges(texts).perNode).toEqual([]);
  });
  test("a pool cut out of the configured range agrees with it", () => {
    const texts = {
      daemonsets: calico,
      deployments: [],
      statefulsets: [],
      [pools]: [pool("a", "10.244.0.0/17")],
      configmaps: [kubeadm("{podSubnet: 10.244.0.0/16}")],
    };
    expect(lines(texts)).toEqual([
      "pod 10.244.0.0/17: IPPool a spec.cidr; ConfigMap kube-system/kubeadm-config networking.podSubnet",
    ]);
  });
  test("kube-proxy's idea of the Pod range matters beside Calico's pools", () => {
    const proxy = configMap("kube-proxy", { "config.conf": "clusterCIDR: 10.200.0.0/16" });
    const texts = {
      daemonsets: calico,
      deployments: [],
      statefulsets: [],
      [pools]: [pool("a", "10.10.0.0/16")],
      configmaps: [proxy],
    };
    expect(lines(texts)).toEqual([
      "pod 10.10.0.0/16: IPPool a spec.cidr != 10.200.0.0/16 ConfigMap kube-system/kube-proxy clusterCIDR",
    ]);
  });
  test("Cilium's cluster pool and its Nodes' blocks replace Node.spec.podCIDRs", () => {
    const texts = {
      daemonsets: [{ metadata: { name: "cilium", namespace: "kube-system" } }],
      deployments: [],
      statefulsets: [],
      configmaps: [configMap("cilium-config", { ipam: "cluster-pool", "cluster-pool-ipv4-cidr": "10.0.0.0/8" })],
      "custom/ciliumnodes.cilium.io": [
        { metadata: { name: "n1" }, kind: "CiliumNode", spec: { ipam: { podCIDRs: ["10.0.1.0/24"] } } },
      ],
      nodes: [node("n1", { podCIDRs: ["10.244.0.0/24"] })],
    };
    expect(lines(texts)).toEqual([
      "pod 10.0.0.0/8: ConfigMap kube-system/cilium-config cluster-pool-ipv4-cidr; CiliumNode n1 spec.ipam",
    ]);
    expect(ranges(texts).perNode).toEqual([{ node: "n1", podCIDRs: ["10.0.1.0/24"] }]);
  });
  test("Cilium with ipam kubernetes has the Nodes' podCIDRs", () => {
    const texts = {
      daemonsets: [{ metadata: { name: "cilium", namespace: "kube-system" } }],
      deployments: [],
      statefulsets: [],
      configmaps: [configMap("cilium-config", { ipam: "kubernetes", "cluster-pool-ipv4-cidr": "10.0.0.0/8" })],
      nodes: [node("n1", { podCIDRs: ["10.244.0.0/24"] })],
    };
    expect(ranges(texts).perNode).toEqual([{ node: "n1", podCIDRs: ["10.244.0.0/24"] }]);
    expect(ranges(texts).ranges.map(({ cidr }) => cidr)).toEqual(["10.244.0.0/24"]);
  });
  test("Weave Net's range is its environment's, or its default", () => {
    const weave = (env: readonly object[]) => ({
      metadata: { name: "weave-net", namespace: "kube-system" },
      spec: { template: { spec: { containers: [{ name: "weave", env }] } } },
    });
    const cidrs = (env: readonly object[]) =>
      ranges({ daemonsets: [weave(env)], deployments: [], statefulsets: [], nodes: [] }).ranges.map(({ cidr }) => cidr);
    expect(cidrs([{ name: "IPALLOC_RANGE", value: "10.40.0.0/16" }])).toEqual(["10.40.0.0/16"]);
    expect(cidrs([])).toEqual(["10.32.0.0/12"]);
  });
  test("OpenShift's network object gives both ranges", () => {
    const spec = { clusterNetwork: [{ cidr: "10.128.0.0/14", hostPrefix: 23 }], serviceNetwork: ["172.30.0.0/16"] };
    const texts = {
      "custom/networks.config.openshift.io": [{ metadata: { name: "cluster" }, kind: "Network", spec }],
      nodes: [node("n1", { annotations: { "k8s.ovn.org/node-subnets": '{"default":["10.128.2.0/23"]}' } })],
    };
    expect(ranges(texts).ranges.map(({ role, cidr }) => `${role} ${cidr}`)).toEqual([
      "pod 10.128.0.0/14",
      "service 172.30.0.0/16",
    ]);
    expect(ranges(texts).perNode).toEqual([{ node: "n1", podCIDRs: ["10.128.2.0/23"] }]);
  });
});

describe("Node ranges", () => {
  const addr = JSON.stringify([
    {
      ifindex: 2,
      ifname: "eth0",
      flags: ["UP"],
      mtu: 1500,
      operstate: "UP",
      addr_info: [{ family: "inet", local: "192.168.1.11", prefixlen: 24, scope: "global" }],
    },
  ]);
  const n1 = node("n1", { ips: ["192.168.1.11"] });

  test("have the prefix length of the Node's own interface", () => {
    const texts = { nodes: [n1, node("n2", { ips: ["192.168.1.12"] })], "node/n1/link": addr, "node/n1/addr": addr };
    expect(lines(texts)).toEqual(["node 192.168.1.0/24: Node n1 interface eth0; Node n2 InternalIP"]);
  });
  test("a Node that was not read and stands elsewhere does not disagree", () => {
    const texts = { nodes: [n1, node("n2", { ips: ["192.168.9.12"] })], "node/n1/link": addr, "node/n1/addr": addr };
    expect(lines(texts)).toEqual([
      "node 192.168.1.0/24: Node n1 interface eth0",
      "node 192.168.9.12/32: Node n2 InternalIP",
    ]);
  });
  test("Calico's note of the address has the length too", () => {
    const annotations = { "projectcalico.org/IPv4Address": "192.168.1.11/25" };
    expect(lines({ nodes: [node("n1", { ips: ["192.168.1.11"], annotations })] })).toEqual([
      "node 192.168.1.0/25: Node n1 annotation projectcalico.org/IPv4Address",
    ]);
  });
});
