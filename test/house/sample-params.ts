import {
  cniConfigInvalid,
  cniConfigMissing,
  cniConfigShadowed,
  leftoverConfig,
} from "../../src/checks/cni/config-files.ts";
import { cniPluginMissing } from "../../src/checks/cni/plugins.ts";
import {
  clusterDnsForwardingLoop,
  corefileUnparsable,
  corefileWithoutKubernetes,
} from "../../src/checks/dns/corefile.ts";
import { ndotsCost } from "../../src/checks/dns/ndots.ts";
import { clusterDnsNotReady, clusterDnsWithoutReplicas } from "../../src/checks/dns/replicas.ts";
import { clusterDnsResolvConfLoop } from "../../src/checks/dns/resolv-conf.ts";
import { clusterDnsUpstreamFailing } from "../../src/checks/dns/upstream.ts";
import { pathMtuBlackHole } from "../../src/checks/mtu/path-mtu.ts";
import { ipForwardingDisabled } from "../../src/checks/node/ip-forwarding.ts";
import { neighbourWrong, tunnelPeerMissing } from "../../src/checks/overlay/tunnel-peers.ts";
import { vxlanDeviceMissing } from "../../src/checks/overlay/vxlan-device.ts";
import { gatewayAddressMissing, podAddressMissing } from "../../src/checks/path/addresses.ts";
import { bridgeNetfilterDisabled } from "../../src/checks/path/bridge-netfilter.ts";
import { packetLargerThanDeviceMtu } from "../../src/checks/path/device-mtu.ts";
import { hairpinModeDisabled } from "../../src/checks/path/hairpin.ts";
import { portClosed } from "../../src/checks/path/listening.ts";
import { forwardPolicyDrop, packetDroppedByRule, tunnelPortBlocked } from "../../src/checks/path/packet-filter.ts";
import { podCidrRouteMissing, podRouteWrong, routeRefusingPods } from "../../src/checks/path/pod-route.ts";
import { reversePathFilterDropping } from "../../src/checks/path/reverse-path.ts";
import { podAddressOutsideRange } from "../../src/checks/pod/address.ts";
import { nodeNetworkNotReady, podsWithoutNetwork } from "../../src/checks/pod/sandbox.ts";
import { nodeLinkDown, podLinkDown, vethDetachedFromBridge } from "../../src/checks/pod/veth.ts";
import { blocksExhausted, rangeExhausted, rangeNearlyExhausted } from "../../src/checks/ranges/capacity.ts";
import {
  nodeNetworkInsidePodCidr,
  podCidrOverlappingNodeNetwork,
  podCidrShared,
  serviceCidrOverlapping,
} from "../../src/checks/ranges/overlap.ts";
import { serviceSelectingNoPods, serviceWithoutReadyEndpoints } from "../../src/checks/service/endpoints.ts";
import { serviceWithoutLocalEndpoint } from "../../src/checks/service/local-endpoints.ts";
import { serviceRulesMissing } from "../../src/checks/service/node-rules.ts";
import { listeningOnLoopbackOnly, serviceTargetPortClosed } from "../../src/checks/service/target-port.ts";
import { trafficFailingUnexplained } from "../../src/diagnose/unexplained.ts";
import type { FindingType, Params, Step } from "../../src/model/finding.ts";
import type { ObjectRef } from "../../src/model/kubernetes.ts";

/** A finding in words, as it is printed for one set of parameters. */
export interface Sample {
  readonly id: string;
  readonly subject: ObjectRef;
  readonly what: string;
  readonly why: string;
  readonly next: readonly Step[];
}

/** The words of a finding for each set of parameters: one set for every way its words can turn out. */
function worded<P extends Params>(type: FindingType<P>, subject: ObjectRef, ...sets: readonly P[]): readonly Sample[] {
  return sets.map((params) => ({
    id: type.id,
    subject,
    what: type.what(params, subject),
    why: type.why(params, subject),
    next: type.next(params, subject),
  }));
}

const node = { kind: "Node", namespace: "", name: "node2" };
const pod = { kind: "Pod", namespace: "shop", name: "cart-0" };
const service = { kind: "Service", namespace: "shop", name: "cart" };
const cluster = { kind: "Cluster", namespace: "", name: "cluster" };
const corefile = { kind: "ConfigMap", namespace: "kube-system", name: "coredns" };
const dns = { kind: "Deployment", namespace: "kube-system", name: "coredns" };

const directory = "/etc/cni/net.d";
const rule = {
  backend: "iptables",
  table: "filter",
  chain: "FORWARD",
  rule: 1,
  text: "-s 10.244.0.0/16 -j DROP",
  pod: "",
};
const nftRule = { ...rule, backend: "nftables", table: "inet firewall", chain: "forward" };
const policy = { ...rule, rule: 0, text: "policy DROP" };
const tunnel = { device: "flannel.1", peer: "node3", has: "", expected: "192.168.100.13" };
const pair = { a: "10.244.0.0/16", b: "10.244.200.0/24" };

export const samples: readonly Sample[] = [
  worded(cniConfigShadowed, node, {
    file: "00-old.conflist",
    shadowed: "10-flannel.conflist",
    directory,
    uses: "bridge 10.88.0.0/16",
    others: "flannel + portmap",
  }),
  worded(
    cniConfigInvalid,
    node,
    { file: "10-flannel.conflist", problem: 'no "plugins"', directory, only: true },
    { file: "10-flannel.conflist", problem: "not a JSON object", directory, only: false },
  ),
  worded(cniConfigMissing, node, { directory }),
  worded(leftoverConfig, node, { files: ["87-podman.conflist"], used: "10-flannel.conflist", directory }),
  worded(
    cniPluginMissing,
    node,
    { plugin: "portmap", directory: "/opt/cni/bin", file: "10-flannel.conflist", state: "missing" },
    { plugin: "portmap", directory: "/opt/cni/bin", file: "10-flannel.conflist", state: "not executable" },
  ),
  worded(clusterDnsForwardingLoop, corefile, { target: "10.96.0.10", line: 12 }),
  worded(corefileWithoutKubernetes, corefile, { domain: "cluster.local" }),
  worded(corefileUnparsable, corefile, { problem: "line 3: a quote is opened and not closed" }),
  worded(
    clusterDnsResolvConfLoop,
    corefile,
    { nameserver: "127.0.0.53", line: 7, pod: "kube-system/coredns-1", nodes: ["node1", "node2"] },
    { nameserver: "10.96.0.10", line: 7, pod: "kube-system/coredns-1", nodes: ["node2"] },
  ),
  worded(ndotsCost, pod, {
    queries: 8,
    ndots: 5,
    pods: 12,
    search: ["shop.svc.cluster.local", "svc.cluster.local"],
    allMs: 14,
    bareMs: 3,
  }),
  worded(clusterDnsWithoutReplicas, dns, { service: "kube-system/kube-dns" }),
  worded(clusterDnsNotReady, dns, { service: "kube-system/kube-dns", ready: 0, desired: 2 }),
  worded(clusterDnsUpstreamFailing, cluster, {
    outcome: "servfail",
    configMap: "kube-system/coredns",
    failed: 3,
    sent: 3,
  }),
  worded(pathMtuBlackHole, node, { packetBytes: 1450, largestBytes: 1350, peers: ["node3"], target: "10.244.2.4" }),
  worded(
    ipForwardingDisabled,
    node,
    { sysctl: "net.ipv4.ip_forward", since: false },
    { sysctl: "net.ipv4.ip_forward", since: true },
  ),
  worded(
    tunnelPeerMissing,
    node,
    { ...tunnel, what: "fdb" },
    { ...tunnel, what: "neighbour", has: "02:00:00:00:00:01", expected: "02:00:00:00:00:02" },
    { ...tunnel, what: "fdb", has: "192.168.100.99", expected: "" },
    { ...tunnel, what: "device", expected: "VXLAN 1 port 8472" },
    { ...tunnel, what: "device", has: "flannel.1 id 1 port 4789", expected: "VXLAN 1 port 8472" },
  ),
  worded(neighbourWrong, node, {
    device: "cni0",
    address: "10.244.1.7",
    has: "02:00:00:00:00:01",
    expected: "02:00:00:00:00:02",
  }),
  worded(
    vxlanDeviceMissing,
    node,
    { device: "flannel.1", others: 1, workload: "" },
    { device: "flannel.1", others: 2, workload: "kube-flannel/kube-flannel-ds" },
  ),
  worded(tunnelPortBlocked, node, { ...rule, table: "raw", chain: "PREROUTING", protocol: "udp", port: 8472 }),
  worded(forwardPolicyDrop, node, policy),
  worded(packetDroppedByRule, node, rule, policy, nftRule, { ...rule, pod: "shop/cart-0" }),
  worded(
    podCidrRouteMissing,
    node,
    { destination: "10.244.2.4", takes: "", expected: "" },
    { destination: "10.244.2.4", takes: "default via 192.168.100.1 dev eth0", expected: "Node node3 (192.168.100.13)" },
  ),
  worded(
    routeRefusingPods,
    node,
    { route: "unreachable 10.244.2.0/24", pod: "", type: "unreachable" },
    { route: "blackhole 10.244.2.0/24", pod: "shop/cart-0", type: "blackhole" },
  ),
  worded(
    podRouteWrong,
    pod,
    { destination: "10.244.2.4", takes: "" },
    { destination: "10.244.2.4", takes: "default via 10.0.0.1 dev net1" },
  ),
  worded(podAddressMissing, pod, { address: "10.244.2.4", node: "node3" }),
  worded(gatewayAddressMissing, node, { address: "10.244.1.1" }),
  worded(bridgeNetfilterDisabled, node, {
    sysctl: "net.bridge.bridge-nf-call-iptables",
    answers: "10.244.1.7",
    asked: "10.96.0.7",
  }),
  worded(packetLargerThanDeviceMtu, node, { device: "cni0", mtuBytes: 1400, packetBytes: 1450 }),
  worded(
    hairpinModeDisabled,
    node,
    { bridge: "cni0", devices: ["veth3f2a"], pods: ["shop/cart-0"] },
    {
      bridge: "cni0",
      devices: ["veth1", "veth2", "veth3", "veth4"],
      pods: ["shop/cart-0", "shop/cart-1", "shop/web-1", "shop/web-2"],
    },
  ),
  worded(
    portClosed,
    pod,
    { protocol: "TCP", port: 9090, address: "10.244.2.4", listensOn: [] },
    { protocol: "UDP", port: 53, address: "10.244.2.4", listensOn: ["127.0.0.1", "::1"] },
  ),
  worded(portClosed, node, { protocol: "TCP", port: 6443, address: "192.168.100.12", listensOn: [] }),
  worded(
    reversePathFilterDropping,
    node,
    { device: "flannel.1", source: "10.244.2.4", route: "10.244.2.0/24 via 192.168.100.13 dev eth0", pod: "" },
    { device: "eth0", source: "10.244.2.4", route: "default via 10.0.0.1 dev net1", pod: "shop/cart-0" },
  ),
  worded(
    podAddressOutsideRange,
    node,
    { pods: ["shop/cart-0"], address: "10.88.0.5", podCIDRs: ["10.244.1.0/24"] },
    { pods: ["shop/cart-0", "shop/web-1"], address: "10.88.0.5", podCIDRs: ["10.244.1.0/24", "fd00:10:244:1::/64"] },
  ),
  worded(
    podsWithoutNetwork,
    node,
    { pods: ["shop/cart-0"], message: 'failed to find plugin "portmap" in path [/opt/cni/bin]' },
    { pods: ["shop/cart-0", "shop/web-1"], message: "cni plugin not initialized" },
  ),
  worded(nodeNetworkNotReady, node, { message: "cni plugin not initialized" }),
  worded(
    vethDetachedFromBridge,
    pod,
    { device: "veth3f2a", bridge: "cni0", master: "", node: "node2" },
    { device: "veth3f2a", bridge: "cni0", master: "docker0", node: "node2" },
  ),
  worded(podLinkDown, pod, { device: "eth0", node: "node2" }),
  worded(nodeLinkDown, node, { device: "cni0" }),
  worded(blocksExhausted, cluster, { what: "Node blocks of /24", cidr: "10.244.0.0/22", total: 4 }),
  worded(rangeExhausted, cluster, { what: "Pod addresses of Node node2", cidr: "10.244.1.0/29", total: 5 }),
  worded(
    rangeNearlyExhausted,
    cluster,
    { what: "Service addresses", cidr: "10.96.0.0/27", used: 28, total: 30 },
    { what: "IPPool default", cidr: "10.244.0.0/26", used: 60, total: 64 },
  ),
  worded(
    podCidrOverlappingNodeNetwork,
    cluster,
    { ...pair, node: "", address: "", podCIDR: "", owner: "", gateway: "10.244.200.1" },
    { ...pair, node: "node1", address: "10.244.200.11", podCIDR: "10.244.200.0/24", owner: "node3", gateway: "" },
  ),
  worded(nodeNetworkInsidePodCidr, cluster, pair),
  worded(serviceCidrOverlapping, cluster, { ...pair, role: "Pod" }, { ...pair, role: "Node" }),
  worded(podCidrShared, cluster, { podCIDR: "10.244.1.0/24", nodes: ["node1", "node2"] }),
  worded(
    serviceSelectingNoPods,
    service,
    { selector: "app=crat", near: "" },
    { selector: "app=crat,tier=web", near: "cart-0" },
  ),
  worded(
    serviceWithoutReadyEndpoints,
    service,
    { total: 1, selector: "app=cart", reasons: [] },
    { total: 2, selector: "app=cart", reasons: ["CrashLoopBackOff", "container cart is running and not ready"] },
  ),
  worded(
    serviceWithoutLocalEndpoint,
    service,
    { nodes: ["node1"], elsewhere: ["node2"] },
    { nodes: ["node1", "node2", "node4", "node5"], elsewhere: ["node3", "node6", "node7", "node8"] },
  ),
  worded(
    serviceRulesMissing,
    node,
    { services: ["shop/cart (10.96.0.7:80)"] },
    { services: ["shop/a (10.96.0.1:80)", "shop/b (10.96.0.2:80)", "shop/c (10.96.0.3:80)", "shop/d (10.96.0.4:80)"] },
  ),
  worded(
    serviceTargetPortClosed,
    service,
    { port: 80, targetPort: 9090, pod: "cart-0", listens: [] },
    { port: 80, targetPort: 9090, pod: "cart-0", listens: ["TCP 8080", "UDP 53"] },
  ),
  worded(listeningOnLoopbackOnly, service, { port: 80, targetPort: 8080, pod: "cart-0" }),
  worded(
    trafficFailingUnexplained,
    cluster,
    {
      failed: 1,
      purposes: ["dns"],
      outcomes: ["servfail"],
      example: "dns",
      reached: "",
      suspects: ["the upstream DNS servers"],
      stopped: "",
    },
    {
      failed: 4,
      purposes: ["pod-to-pod", "node-to-pod"],
      outcomes: ["timeout", "refused"],
      example: "pod-to-pod",
      reached: "eth0 of Node node2",
      suspects: ["the network between the Nodes", "nothing listening, or a firewall that rejects"],
      stopped: "",
    },
  ),
].flat();
