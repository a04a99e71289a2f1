import { describe, expect, test } from "vitest";
import type { ClusterCni, NodeCni } from "../../../src/model/cni.ts";
import { unknown } from "../../../src/model/learned.ts";
import { readSnapshot } from "../../../src/read/facts.ts";
import { capture, captures, valueIn } from "../api/captures.ts";
import { type NodeParts, nodeTexts, twoNodes } from "./node-captures.ts";

const cluster = (state: NodeParts, api: Readonly<Record<string, unknown>> = {}): ClusterCni =>
  valueIn(readSnapshot(twoNodes(state, api)).cni);
const n1 = (state: NodeParts, api: Readonly<Record<string, unknown>> = {}): NodeCni => {
  const [first] = cluster(state, api).nodes;
  if (first === undefined) throw new Error("no Node was read");
  return first;
};
const list = (...types: readonly string[]) => ({ name: "net", plugins: types.map((type) => ({ type })) });
const byDefault = { dst: "default", gateway: "192.168.1.1", dev: "eth0", protocol: "dhcp" };
const daemonSet = (name: string, args: readonly string[] = [], namespace = "kube-system") => ({
  metadata: { name, namespace },
  spec: { template: { spec: { containers: [{ name, args }] } } },
});
const sets = (...items: readonly object[]) => ({ daemonsets: items, deployments: [], statefulsets: [] });

describe("the Pods that keep a Node", () => {
  const files = { "10-flannel.conflist": list("flannel", "portmap") };
  const podOf = (set: string, name: string, nodeName = "n1") => ({
    metadata: { name, namespace: "kube-system", ownerReferences: [{ kind: "DaemonSet", name: set, controller: true }] },
    spec: { nodeName, containers: [] },
  });
  const kept = (...pods: readonly object[]) => {
    const { agent, kubeProxy } = n1({ files }, { pods });
    return { agent, kubeProxy };
  };

  test("are those of the CNI's DaemonSet and of kube-proxy's on that Node", () => {
    const pods = [podOf("kube-flannel-ds", "flannel-a"), podOf("kube-flannel-ds", "flannel-b", "n2")];
    expect(kept(...pods, podOf("kube-proxy", "proxy-a"), podOf("node-exporter", "metrics-a"))).toEqual({
      agent: "kube-system/flannel-a",
      kubeProxy: "kube-system/proxy-a",
    });
  });
  test("are not told where there is none, or more than one", () => {
    const pods = [podOf("kube-flannel-ds", "flannel-a"), podOf("kube-flannel-ds-arm", "flannel-b")];
    expect(kept(...pods)).toEqual({ agent: "", kubeProxy: "" });
  });
});

describe("the file in use", () => {
  test("is the lexically first valid one", () => {
    const files = {
      "05-broken.conflist": "{",
      "10-flannel.conflist": list("flannel", "portmap"),
      "20-calico.conflist": list("calico"),
    };
    expect(n1({ files })).toMatchObject({
      file: "10-flannel.conflist",
      name: "flannel",
      plugins: ["flannel", "portmap"],
    });
    expect(n1({ files }).unknown).toContainEqual(expect.stringMatching(/^05-broken.conflist is not valid: /));
  });
  test("leaves out names that no runtime looks at", () => {
    const files = {
      "05-cilium.conflist.cilium_bak": list("cilium-cni"),
      "calico-kubeconfig": "x",
      "10-flannel.conflist": list("flannel"),
    };
    expect(n1({ files })).toMatchObject({ file: "10-flannel.conflist", name: "flannel" });
  });
  test("of Multus names its delegate, or takes the next file", () => {
    const named = { "00-multus.conf": { name: "m", type: "multus", delegates: [{ type: "weave-net" }] } };
    expect(n1({ files: named })).toMatchObject({
      file: "00-multus.conf",
      name: "weave",
      plugins: ["multus", "weave-net"],
    });
    const generated = {
      "00-multus.conf": { name: "m", type: "multus-shim" },
      "10-calico.conflist": list("calico", "portmap"),
    };
    expect(n1({ files: generated })).toMatchObject({ name: "calico", plugins: ["multus-shim", "calico", "portmap"] });
  });
  test("none at all is told apart from a directory that was not read", () => {
    expect(n1({ files: {} })).toMatchObject({ file: null, name: "unknown" });
    expect(n1({ files: {} }).unknown).toContainEqual("no valid file in /etc/cni/net.d");
    expect(n1({}).unknown).toContainEqual(expect.stringMatching(/^the CNI configuration: /));
  });
  test("of Canal is Calico's, with host-local addresses and flannel's device", () => {
    const files = {
      "10-canal.conflist": { name: "k8s-pod-network", plugins: [{ type: "calico", ipam: { type: "host-local" } }] },
    };
    const vxlan = { name: "flannel.1", kind: "vxlan", data: { id: 1, port: 8472 } };
    expect(n1({ files, devices: [vxlan] }).name).toBe("canal");
    expect(n1({ files }).name).toBe("calico");
  });
  test("is not told where a file before it could not be read", () => {
    const unread = capture("node/n1/cni-conf/00-first.conflist", unknown("failed", "Permission denied"));
    const texts = twoNodes({ files: { "00-first.conflist": "", "10-flannel.conflist": list("flannel") } });
    const [first] = valueIn(readSnapshot(new Map([...texts, unread])).cni).nodes;
    expect(first).toMatchObject({ file: null, name: "unknown" });
    expect(first?.unknown).toContainEqual(expect.stringMatching(/^00-first.conflist could not be read: /));
  });
  test("of an unknown plugin leaves the generic facts", () => {
    const routes = [byDefault, { dst: "10.244.2.0/24", gateway: "192.168.1.12", dev: "eth0" }];
    expect(n1({ files: { "10-x.conflist": list("acme-net") }, routes })).toMatchObject({
      name: "unknown",
      plugins: ["acme-net"],
      strategy: "direct-routing",
      uplinkMtuBytes: 1500,
      unknown: ["no CNI known here has the plugin acme-net"],
    });
  });
});

describe("the way to other Nodes", () => {
  const files = { "10-a.conflist": list("flannel") };
  const flannel = { name: "flannel.1", kind: "vxlan", mtu: 1450, data: { id: 1, port: 8472, local: "192.168.1.11" } };

  test("through a VXLAN device has its port, its MTU and 50 bytes on top", () => {
    const routes = [byDefault, { dst: "10.244.2.0/24", gateway: "10.244.2.0", dev: "flannel.1", flags: ["onlink"] }];
    const veth = { name: "veth1", kind: "veth", mtu: 1450, inPod: true };
    expect(n1({ files, routes, devices: [flannel, veth] })).toMatchObject({
      strategy: "vxlan",
      tunnelDevice: "flannel.1",
      tunnelPort: 8472,
      overheadBytes: 50,
      podMtuBytes: 1450,
      uplinkMtuBytes: 1500,
    });
  });
  test("stays VXLAN where the route to the peer is gone but the device is there", () => {
    expect(n1({ files, routes: [byDefault], devices: [flannel] })).toMatchObject({ strategy: "vxlan" });
  });
  test.each([
    ["static", "direct-routing"],
    ["bird", "bgp"],
    ["17", "bgp"],
  ])("by a route of protocol %s to the peer's address is %s", (protocol, strategy) => {
    const routes = [byDefault, { dst: "10.244.2.0/24", gateway: "192.168.1.12", dev: "eth0", protocol }];
    expect(n1({ files, routes })).toMatchObject({ strategy, tunnelDevice: null, overheadBytes: 0 });
  });
  test("through tunl0 is IPIP, also with BIRD's routes", () => {
    const routes = [
      byDefault,
      { dst: "10.244.2.0/26", gateway: "192.168.1.12", dev: "tunl0", protocol: "bird", flags: ["onlink"] },
    ];
    const tunnel = { name: "tunl0", kind: "ipip", mtu: 1480, address: "10.244.1.0/32" };
    expect(n1({ files, routes, devices: [tunnel] })).toMatchObject({
      strategy: "ipip",
      tunnelDevice: "tunl0",
      overheadBytes: 20,
    });
  });
  test("is not IPIP because the kernel made a tunl0", () => {
    const calico = { "10-calico.conflist": list("calico") };
    const found = n1({ files: calico, routes: [byDefault], devices: [{ name: "tunl0", kind: "ipip" }] });
    expect(found.strategy).toBe("unknown");
    expect(found.unknown).toContainEqual(expect.stringContaining("0.0.0.0/0 via 192.168.1.1 dev eth0"));
  });
  test("through Cilium's host device is its tunnel, or eBPF without one", () => {
    const cilium = { "05-cilium.conflist": list("cilium-cni") };
    const routes = [byDefault, { dst: "10.244.2.0/24", gateway: "10.244.1.1", dev: "cilium_host" }];
    const host = { name: "cilium_host", kind: "veth" };
    const tunnel = { name: "cilium_vxlan", kind: "vxlan", data: { external: true, port: 8472 } };
    expect(n1({ files: cilium, routes, devices: [host, tunnel] })).toMatchObject({
      strategy: "vxlan",
      tunnelPort: 8472,
    });
    expect(n1({ files: cilium, routes, devices: [host] })).toMatchObject({ strategy: "ebpf" });
  });
  test("through Open vSwitch is Geneve with the port in the device's name", () => {
    const antrea = { "10-antrea.conflist": list("antrea") };
    const routes = [byDefault, { dst: "10.244.2.0/24", gateway: "10.244.2.1", dev: "antrea-gw0" }];
    const devices = [
      { name: "antrea-gw0", kind: "openvswitch" },
      { name: "genev_sys_6081", kind: "geneve" },
    ];
    expect(n1({ files: antrea, routes, devices })).toMatchObject({ strategy: "geneve", tunnelPort: 6081 });
  });
  test("through Calico's WireGuard device in a table of its own is WireGuard", () => {
    const calico = { "10-calico.conflist": list("calico") };
    const routes = [byDefault, { dst: "10.244.2.0/26", dev: "wireguard.cali", table: "1" }];
    const devices = [{ name: "wireguard.cali", kind: "wireguard", mtu: 1440 }];
    expect(n1({ files: calico, routes, devices })).toMatchObject({ strategy: "wireguard", overheadBytes: 60 });
  });
  test("by the default route is the cloud's for a cloud CNI", () => {
    expect(n1({ files: { "10-aws.conflist": list("aws-cni") }, routes: [byDefault] })).toMatchObject({
      strategy: "cloud",
    });
  });
  test("does not mistake an administrator's VPN for the Pod network", () => {
    const routes = [
      byDefault,
      { dst: "10.8.0.0/24", dev: "wg0" },
      { dst: "10.244.2.0/24", gateway: "192.168.1.12", dev: "eth0" },
    ];
    const devices = [{ name: "wg0", kind: "wireguard", address: "10.8.0.2/24" }];
    expect(n1({ files, routes, devices })).toMatchObject({ strategy: "direct-routing", tunnelDevice: null });
  });
  test("is not asked for on a single Node", () => {
    const api = captures({ nodes: [{ metadata: { name: "n1" } }], ...nodeTexts("n1", { files }) });
    expect(valueIn(readSnapshot(api).cni)).toMatchObject({
      strategy: "single-node",
      nodes: [{ strategy: "single-node" }],
    });
  });
});

describe("the cluster", () => {
  const files = (type: string) => ({ files: { "10-a.conflist": list(type) } });

  test("does not agree where Nodes have different CNIs", () => {
    const texts = {
      nodes: [],
      ...nodeTexts("n1", files("flannel")),
      ...nodeTexts("n2", files("calico")),
      ...nodeTexts("n3", files("calico")),
    };
    expect(valueIn(readSnapshot(captures(texts)).cni)).toMatchObject({ agree: false, name: "calico" });
  });
  test("is told by its workloads where no Node was read", () => {
    const annotations = { "flannel.alpha.coreos.com/backend-type": "vxlan" };
    const nodes = ["n1", "n2"].map((name) => ({ metadata: { name, annotations } }));
    const texts = { nodes, ...sets(daemonSet("kube-flannel-ds", [], "kube-flannel")) };
    expect(valueIn(readSnapshot(captures(texts)).cni)).toMatchObject({
      name: "flannel",
      strategy: "vxlan",
      workloads: ["DaemonSet kube-flannel/kube-flannel-ds"],
      nodes: [],
    });
  });
});
