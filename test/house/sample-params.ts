import { cniAgentNotRunning } from "../../src/checks/cni/agents.ts";
import { bridgeAddressOfAnotherRange } from "../../src/checks/cni/bridge-address.ts";
import {
  cniConfigInvalid,
  cniConfigMissing,
  cniConfigShadowed,
  leftoverConfig,
} from "../../src/checks/cni/config-files.ts";
import { flannelSubnetFileMissing } from "../../src/checks/cni/flannel-subnet.ts";
import { cniPluginMissing } from "../../src/checks/cni/plugins.ts";
import { apiServiceUnavailable } from "../../src/checks/control/api-services.ts";
import { endpointsNotMade } from "../../src/checks/control/endpoint-controller.ts";
import { webhookWithoutEndpoints } from "../../src/checks/control/webhooks.ts";
import {
  clusterDnsForwardingLoop,
  corefileUnparsable,
  corefileWithoutKubernetes,
} from "../../src/checks/dns/corefile.ts";
import { kubeletClusterDnsWrong, podNameserverUnassigned } from "../../src/checks/dns/nameservers.ts";
import { ndotsCost } from "../../src/checks/dns/ndots.ts";
import { corefileRefused } from "../../src/checks/dns/refused-corefile.ts";
import { clusterDnsNotReady, clusterDnsWithoutReplicas } from "../../src/checks/dns/replicas.ts";
import { clusterDnsResolvConfLoop } from "../../src/checks/dns/resolv-conf.ts";
import { corefileChangingNames } from "../../src/checks/dns/rewrites.ts";
import { podSearchListForeign } from "../../src/checks/dns/search-list.ts";
import { clusterDnsUpstreamFailing } from "../../src/checks/dns/upstream.ts";
import { pathMtuBlackHole } from "../../src/checks/mtu/path-mtu.ts";
import { nodeNotReady } from "../../src/checks/node/heartbeat.ts";
import { ipForwardingDisabled } from "../../src/checks/node/ip-forwarding.ts";
import { neighbourWrong, tunnelDeviceMacChanged, tunnelPeerMissing } from "../../src/checks/overlay/tunnel-peers.ts";
import { vxlanDeviceMissing } from "../../src/checks/overlay/vxlan-device.ts";
import { gatewayAddressMissing, podAddressMissing } from "../../src/checks/path/addresses.ts";
import { bridgeNetfilterDisabled } from "../../src/checks/path/bridge-netfilter.ts";
import { packetLargerThanDeviceMtu } from "../../src/checks/path/device-mtu.ts";
import { egressNotMasqueraded } from "../../src/checks/path/egress-masquerade.ts";
import { hairpinModeDisabled } from "../../src/checks/path/hairpin.ts";
import { portClosed } from "../../src/checks/path/listening.ts";
import { forwardPolicyDrop, packetDroppedByRule, tunnelPortBlocked } from "../../src/checks/path/packet-filter.ts";
import { podCidrRouteMissing, podRouteWrong, routeRefusingPods } from "../../src/checks/path/pod-route.ts";
import { reversePathFilterDropping } from "../../src/checks/path/reverse-path.ts";
import { podTrafficTranslated } from "../../src/checks/path/source-address.ts";
import { podAddressOutsideRange } from "../../src/checks/pod/address.ts";
import { hostPortTaken } from "../../src/checks/pod/host-ports.ts";
import { podLoopbackDown } from "../../src/checks/pod/loopback.ts";
import { nodeNetworkNotReady, podsWithoutNetwork } from "../../src/checks/pod/sandbox.ts";
import { containersSharingPort } from "../../src/checks/pod/shared-ports.ts";
import { nodeLinkDown, podLinkDown, vethDetachedFromBridge } from "../../src/checks/pod/veth.ts";
import { networkPolicyDeniesDns, networkPolicyWithoutDns } from "../../src/checks/policy/dns.ts";
import { networkPolicyNotEnforced } from "../../src/checks/policy/enforcement.ts";
import { networkPolicyNamespaceLabelMissing, networkPolicyPeersJoinedByOr } from "../../src/checks/policy/peers.ts";
import { networkPolicyPortProtocol, networkPolicyServicePort } from "../../src/checks/policy/ports.ts";
import { networkPolicySelectsNothing, networkPolicyUnused } from "../../src/checks/policy/selection.ts";
import { blocksExhausted, rangeExhausted, rangeNearlyExhausted } from "../../src/checks/ranges/capacity.ts";
import { nodeWithoutPodCidr } from "../../src/checks/ranges/node-pod-cidr.ts";
import {
  nodeNetworkInsidePodCidr,
  podCidrOverlappingNodeNetwork,
  podCidrShared,
  serviceCidrOverlapping,
} from "../../src/checks/ranges/overlap.ts";
import { podAddressesExhausted } from "../../src/checks/ranges/pod-addresses.ts";
import { endpointAddressUnassigned } from "../../src/checks/service/endpoint-addresses.ts";
import {
  serviceScaledToZero,
  serviceSelectingNoPods,
  serviceWithoutReadyEndpoints,
} from "../../src/checks/service/endpoints.ts";
import { externalNameLoop, externalNameUnresolvable } from "../../src/checks/service/external-names.ts";
import { ingressBackendMissing } from "../../src/checks/service/ingress-backends.ts";
import { kubeProxyNotRunning } from "../../src/checks/service/kube-proxy.ts";
import { loadBalancerPending } from "../../src/checks/service/load-balancer.ts";
import { serviceWithoutLocalEndpoint } from "../../src/checks/service/local-endpoints.ts";
import { serviceRedirected, serviceRulesMissing, serviceRulesStale } from "../../src/checks/service/node-rules.ts";
import { servicePortNameUnknown } from "../../src/checks/service/port-names.ts";
import { servicePublishingNotReadyPods } from "../../src/checks/service/published-pods.ts";
import { listeningOnLoopbackOnly, serviceTargetPortClosed } from "../../src/checks/service/target-port.ts";
import { packetLostOnNode } from "../../src/diagnose/packet-lost.ts";
import { trafficDeniedByPolicy } from "../../src/diagnose/policed.ts";
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
  handle: 0,
  text: "-s 10.244.0.0/16 -j DROP",
  pod: "",
  netns: "",
  node: "node2",
};
const dropped = { ...rule, kinds: ["DNS over TCP", "TCP port 53"], ends: "from Pods of node2 to Pods of node1" };
const netns = "/run/netns/cni-655b3445-e463-6ef6-3715-26ca6fcc86fc";
const inPod = { pod: "shop/cart-0", netns };
const nft = { backend: "nftables", table: "inet firewall", chain: "forward", handle: 7 };
const policy = { ...rule, rule: 0, text: "policy DROP" };
const agent = "kube-flannel/kube-flannel-ds-7tngk";
const unanswered = { outcome: "servfail", configMap: "kube-system/coredns", failed: 3, sent: 3 };
const proxy = "kube-system/kube-proxy-25ggw";
const tunnel = { device: "flannel.1", peer: "node3", has: "", expected: "192.168.100.13", agent };
const networkPolicy = { kind: "NetworkPolicy", namespace: "shop", name: "default-deny" };
const noDns = { policies: ["shop/default-deny"], example: "shop/web-1", server: "10.244.0.5:53" };
const pair = { a: "10.244.0.0/16", b: "10.244.200.0/24" };

const redirect = {
  node: "node2",
  address: "10.96.0.7",
  port: 80,
  to: "192.168.100.250:9000",
  table: "nat",
  chain: "PREROUTING",
  rule: 1,
  text: "-d 10.96.0.7/32 -p tcp --dport 80 -j DNAT --to-destination 192.168.100.250:9000",
};
const bridged = { sysctl: "net.bridge.bridge-nf-call-iptables", answers: "10.244.1.7", asked: "10.96.0.7" };

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
  worded(cniConfigMissing, node, { directory, agent }, { directory, agent: "" }),
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
  worded(
    clusterDnsUpstreamFailing,
    cluster,
    { ...unanswered, upstream: "" },
    { ...unanswered, upstream: "`forward . 192.0.2.53`, Corefile line 13" },
  ),
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
    { ...tunnel, what: "fdb", has: "192.168.100.99", expected: "", agent: "" },
    { ...tunnel, what: "device", expected: "VXLAN 1 port 8472" },
    { ...tunnel, what: "device", has: "flannel.1 id 1 port 4789", expected: "VXLAN 1 port 8472" },
  ),
  worded(neighbourWrong, node, {
    device: "cni0",
    address: "10.244.1.7",
    has: "02:00:00:00:00:01",
    expected: "02:00:00:00:00:02",
    node: "node2",
    netns: "",
  }),
  worded(
    tunnelDeviceMacChanged,
    node,
    { device: "flannel.1", has: "02:00:00:00:00:01", known: "02:00:00:00:00:02", by: ["Node node1"], agent: "" },
    {
      device: "flannel.1",
      has: "02:00:00:00:00:01",
      known: "02:00:00:00:00:02",
      by: ["Node node1", "Node node3", "Node node4", "Node node5"],
      agent,
    },
  ),
  worded(
    vxlanDeviceMissing,
    node,
    { device: "flannel.1", others: 1, agent: "" },
    { device: "flannel.1", others: 2, agent },
  ),
  worded(tunnelPortBlocked, node, { ...rule, table: "raw", chain: "PREROUTING", protocol: "udp", port: 8472 }),
  worded(forwardPolicyDrop, node, policy),
  worded(
    packetDroppedByRule,
    node,
    dropped,
    { ...dropped, ...policy, kinds: ["DNS over TCP", "TCP port 8080", "ping"] },
    { ...dropped, ...nft },
    { ...dropped, ...nft, rule: 0, handle: 0 },
    { ...dropped, chain: "cali-fw-cali1234" },
    { ...dropped, ...inPod },
  ),
  worded(
    podCidrRouteMissing,
    node,
    { destination: "10.244.2.4", takes: "", expected: "", agent },
    {
      destination: "10.244.2.4",
      takes: "default via 192.168.100.1 dev eth0",
      expected: "Node node3 (192.168.100.13)",
      agent: "",
    },
  ),
  worded(
    routeRefusingPods,
    node,
    { route: "unreachable 10.244.2.0/24", pod: "", netns: "", type: "unreachable", protocol: "bird", agent },
    { route: "unreachable fd00:10:244:2::/64", pod: "", netns: "", type: "unreachable", protocol: "static", agent: "" },
    { route: "rule 100: to 10.244.2.0/24 prohibit", pod: "", netns: "", type: "prohibit", protocol: "", agent },
    { route: "blackhole 10.244.2.0/24", ...inPod, type: "blackhole", protocol: "boot", agent },
  ),
  worded(
    podRouteWrong,
    pod,
    { destination: "10.244.2.4", takes: "" },
    { destination: "10.244.2.4", takes: "default via 10.0.0.1 dev net1" },
  ),
  worded(podAddressMissing, pod, { address: "10.244.2.4", node: "node3", netns }),
  worded(gatewayAddressMissing, node, { address: "10.244.1.1", since: false }, { address: "10.244.1.1", since: true }),
  worded(bridgeNetfilterDisabled, node, { ...bridged, loaded: true }, { ...bridged, loaded: false }),
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
    {
      device: "flannel.1",
      source: "10.244.2.4",
      route: "10.244.2.0/24 via 192.168.100.13 dev eth0",
      pod: "",
      netns: "",
    },
    { device: "eth0", source: "10.244.2.4", route: "default via 10.0.0.1 dev net1", ...inPod },
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
  worded(
    podLinkDown,
    pod,
    { device: "eth0", node: "node2", onNode: false, netns },
    { device: "veth1", node: "node2", onNode: true, netns: "" },
  ),
  worded(podLoopbackDown, pod, { node: "node2", netns: "" }, { node: "node2", netns }),
  worded(
    podTrafficTranslated,
    node,
    { sender: "a Pod of Node node2", seen: "10.244.1.0", flows: 2, rule: "nat POSTROUTING rule 1" },
    { sender: "Pod shop/cart-0", seen: "192.168.100.12", flows: 1, rule: "" },
  ),
  worded(egressNotMasqueraded, node, {
    source: "10.244.1.7",
    targets: ["192.168.100.1", "10.53.0.53"],
    others: ["Node node1"],
  }),
  worded(nodeLinkDown, node, { device: "cni0", since: false }, { device: "cni0", since: true }),
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
    { selector: "app=crat", near: "", patch: "" },
    { selector: "app=crat,tier=web", near: "cart-0", patch: `{"spec":{"selector":{"app":"cart"}}}` },
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
    { services: ["shop/cart (10.96.0.7:80)"], proxy },
    {
      services: ["shop/a (10.96.0.1:80)", "shop/b (10.96.0.2:80)", "shop/c (10.96.0.3:80)", "shop/d (10.96.0.4:80)"],
      proxy: "",
    },
  ),
  worded(
    serviceRulesStale,
    node,
    { services: ["shop/cart (10.96.0.7:80)"], endpoints: ["10.244.2.4:8080"], proxy },
    { services: ["shop/cart (10.96.0.7:80)"], endpoints: ["10.244.2.4:8080", "10.244.2.5:8080"], proxy: "" },
  ),
  worded(serviceRedirected, service, redirect, { ...redirect, table: "ip proxy", chain: "prerouting" }),
  worded(
    serviceTargetPortClosed,
    service,
    { port: 80, targetPort: 9090, pod: "cart-0", listens: [] },
    { port: 80, targetPort: 9090, pod: "cart-0", listens: ["TCP 8080", "UDP 53"] },
  ),
  worded(listeningOnLoopbackOnly, service, { port: 80, targetPort: 8080, pod: "cart-0" }),
  worded(
    networkPolicyNotEnforced,
    cluster,
    { policies: ["shop/default-deny"], pods: 1, cni: "flannel", passed: "" },
    { policies: ["shop/default-deny", "shop/web"], pods: 3, cni: "unknown", passed: "pod-to-pod a to b tcp/80" },
  ),
  worded(networkPolicySelectsNothing, networkPolicy, { selector: "app=wbe", near: "web-1" }),
  worded(networkPolicyUnused, networkPolicy, { selector: "app=orders" }, { selector: "" }),
  worded(
    networkPolicyDeniesDns,
    networkPolicy,
    { ...noDns, direction: "Egress", pods: 1, enforced: "yes" },
    { ...noDns, direction: "Ingress", pods: 3, enforced: "yes" },
  ),
  worded(
    networkPolicyWithoutDns,
    networkPolicy,
    { ...noDns, direction: "Egress", pods: 1, enforced: "yes" },
    { ...noDns, direction: "Egress", pods: 3, enforced: "no" },
    { ...noDns, direction: "Ingress", pods: 3, enforced: "unknown" },
  ),
  worded(networkPolicyNamespaceLabelMissing, networkPolicy, {
    direction: "Ingress",
    rule: 1,
    selector: "name=front",
    meant: "front",
  }),
  worded(
    networkPolicyPeersJoinedByOr,
    networkPolicy,
    { direction: "Ingress", rule: 1, namespaces: "`team=red`", pods: "app=client" },
    { direction: "Egress", rule: 2, namespaces: "of any name", pods: "app=client" },
  ),
  worded(networkPolicyServicePort, networkPolicy, { port: 80, service: "cart", targetPort: 8080 }),
  worded(networkPolicyPortProtocol, networkPolicy, { port: 53, allowed: "TCP", offered: "UDP", pod: "dns-1" }),
  worded(
    trafficDeniedByPolicy,
    networkPolicy,
    {
      flows: 1,
      direction: "Ingress",
      policies: ["shop/default-deny"],
      example: "Pod shop/a to Pod shop/b, TCP 80",
      allowance: "",
    },
    {
      flows: 3,
      direction: "Egress",
      policies: ["shop/default-deny", "shop/web"],
      example: "Pod shop/a to 192.0.2.7, TCP 443",
      allowance: "apiVersion: networking.k8s.io/v1",
    },
  ),
  worded(
    packetLostOnNode,
    { kind: "Node", namespace: "", name: "node2" },
    {
      text: "the packet was last seen on node2, coming in by cni0, and never reached flannel.1 on node2; the kernel dropped it there: TC_INGRESS in sch_handle_ingress",
      other: "",
      table: "",
      device: "cni0",
      towards: "flannel.1",
      reason: "TC_INGRESS in sch_handle_ingress",
      flow: "tcp",
    },
  ),
  worded(
    packetLostOnNode,
    { kind: "Node", namespace: "", name: "node2" },
    {
      text: "the packet was last seen on node2, leaving by eth0, and never reached flannel.1 on node3",
      other: "node3",
      table: "",
      device: "eth0",
      towards: "flannel.1",
      reason: "",
      flow: "tcp",
    },
  ),
  worded(
    trafficFailingUnexplained,
    cluster,
    {
      failed: 1,
      kinds: ["DNS over UDP"],
      outcomes: ["servfail"],
      ends: "from Pods of node1 to Service kube-system/kube-dns",
      stretch: "",
      passing: [],
      suspects: ["the upstream DNS servers"],
      stopped: "",
      predicted: "The way of these packets could not be predicted",
      look: [],
      device: "",
      largest: 0,
    },
    {
      failed: 6,
      kinds: ["DNS over UDP", "TCP port 80", "TCP port 8080", "ping", "large packets"],
      outcomes: ["timeout", "refused"],
      ends: "between Pods of node2 and Pods of node1, node3",
      stretch: "all of them take `cni0` → `flannel.1` on node2, and nothing that arrived did",
      passing: ["Pod to Pod on node2", "node2 to its own Pods"],
      suspects: ["the network between the Nodes", "nothing that listens on that port"],
      stopped: "",
      predicted: "The state of the Nodes predicts that these packets pass",
      look: ["kubectl", "netdoctor", "trace", "shop/web-1", "shop/web-2"],
      device: "cni0",
      largest: 1350,
    },
    {
      failed: 2,
      kinds: ["TCP port 8080"],
      outcomes: ["timeout"],
      ends: "from Pods of node2 to Pods of node3",
      stretch: "",
      passing: [],
      suspects: [],
      stopped: "wrong route (node/node2/route4 table main: default via 10.0.0.1 dev eth0)",
      predicted: "The way of these packets could not be predicted",
      look: ["kubectl", "netdoctor", "trace", "shop/web-1", "shop/web-2"],
      device: "",
      largest: 0,
    },
  ),
  worded(
    servicePortNameUnknown,
    service,
    { port: 80, targetPort: "http", named: [], selector: "app=cart", patch: "" },
    {
      port: 80,
      targetPort: "http",
      named: ["metrics", "web"],
      selector: "app=cart",
      patch: '[{"op":"replace","path":"/spec/ports/0/targetPort","value":"web"}]',
    },
  ),
  worded(externalNameLoop, service, { ring: ["shop/pay", "shop/payment", "shop/pay"] }),
  worded(
    externalNameUnresolvable,
    service,
    { target: "db.corp.example", inCluster: false },
    { target: "db.shop.svc.cluster.local", inCluster: true },
  ),
  worded(
    endpointAddressUnassigned,
    service,
    { addresses: ["10.244.1.9"], slice: "cart-1", total: 1 },
    { addresses: ["10.244.1.9", "10.244.2.9"], slice: "cart-1", total: 3 },
  ),
  worded(loadBalancerPending, service, { nodePorts: [] }, { nodePorts: ["30080"] }),
  worded(
    servicePublishingNotReadyPods,
    service,
    { pods: ["cart-0"], total: 2 },
    { pods: ["cart-0", "cart-1"], total: 2 },
  ),
  worded(
    kubeProxyNotRunning,
    node,
    { state: "", workload: "kube-system/kube-proxy", pod: "" },
    { state: "its process is in state T", workload: "", pod: proxy },
  ),
  worded(
    ingressBackendMissing,
    { kind: "Ingress", namespace: "shop", name: "front" },
    { service: "cart", port: "80", ports: [], exists: false },
    { service: "cart", port: "http", ports: ["web (80)"], exists: true },
    { service: "cart", port: "http", ports: [], exists: true },
  ),
  worded(
    containersSharingPort,
    { kind: "Deployment", namespace: "shop", name: "cart" },
    { port: "TCP 8080", containers: ["web", "sidecar"], crashing: "sidecar", pod: "deployment/cart" },
  ),
  worded(
    hostPortTaken,
    { kind: "Deployment", namespace: "shop", name: "cart" },
    { ports: ["TCP 8080"], holders: [], pod: "cart-0" },
    { ports: ["TCP 8080", "UDP 53"], holders: ["shop/a", "shop/b"], pod: "cart-0" },
  ),
  worded(
    kubeletClusterDnsWrong,
    node,
    { nameservers: ["10.96.0.99"], right: ["10.96.0.10"] },
    { nameservers: ["10.96.0.99"], right: [] },
  ),
  worded(
    podNameserverUnassigned,
    { kind: "Pod", namespace: "shop", name: "cart-0" },
    { nameservers: ["10.96.0.99"], right: ["10.96.0.10"], policy: "None" },
    { nameservers: ["10.96.0.99"], right: [], policy: "ClusterFirst" },
  ),
  worded(
    podSearchListForeign,
    { kind: "Pod", namespace: "shop", name: "cart-0" },
    { search: ["corp.example"], expected: "shop.svc.cluster.local" },
  ),
  worded(
    corefileChangingNames,
    { kind: "ConfigMap", namespace: "kube-system", name: "coredns" },
    {
      directive: "rewrite name suffix .svc.cluster.local .old",
      line: 7,
      name: "kubernetes.default.svc.cluster.local",
      outcome: "NXDOMAIN",
    },
  ),
  worded(
    corefileRefused,
    { kind: "ConfigMap", namespace: "kube-system", name: "coredns" },
    { problem: "unknown directive `forwrad` in line 9", crashing: 2, total: 2 },
  ),
  worded(
    webhookWithoutEndpoints,
    { kind: "ValidatingWebhookConfiguration", namespace: "", name: "guard" },
    { webhook: "guard.example.com", service: "shop/guard", exists: false, intercepts: ["CREATE pods"] },
    { webhook: "guard.example.com", service: "shop/guard", exists: true, intercepts: [] },
  ),
  worded(
    apiServiceUnavailable,
    { kind: "APIService", namespace: "", name: "v1beta1.metrics.k8s.io" },
    { service: "kube-system/metrics-server", reason: "MissingEndpoints: endpoints have no addresses" },
  ),
  worded(
    endpointsNotMade,
    cluster,
    { services: ["shop/cart"], controller: "" },
    { services: ["shop/cart", "shop/web"], controller: "no Pod of kube-controller-manager is there" },
  ),
  worded(
    nodeNotReady,
    node,
    { reason: "", kubelet: "has stopped reporting", pods: 1 },
    { reason: "KubeletNotReady: PLEG is not healthy", kubelet: "", pods: 3 },
    { reason: "", kubelet: "", pods: 0 },
  ),
  worded(
    cniAgentNotRunning,
    node,
    { workload: "kube-flannel/kube-flannel-ds", state: "none is there", pod: "", waiting: 0 },
    {
      workload: "kube-flannel/kube-flannel-ds",
      state: "container kube-flannel is in CrashLoopBackOff after 7 restarts",
      pod: "kube-flannel-ds-x",
      waiting: 2,
    },
    { workload: "kube-flannel/kube-flannel-ds", state: "none is there", pod: "", waiting: 1 },
  ),
  worded(flannelSubnetFileMissing, node, { file: "/run/flannel/subnet.env", config: "10-flannel.conflist", agent }),
  worded(bridgeAddressOfAnotherRange, node, {
    device: "cni0",
    addresses: ["10.244.77.1/24"],
    podCIDRs: ["10.244.1.0/24"],
  }),
  worded(
    podAddressesExhausted,
    node,
    { podCIDRs: ["10.244.1.0/24"], pods: 4, leaked: true, waiting: ["shop/late"] },
    { podCIDRs: ["10.244.1.0/24"], pods: 253, leaked: false, waiting: ["shop/late"] },
  ),
  worded(serviceScaledToZero, service, { workload: "Deployment cart" }),
  worded(nodeWithoutPodCidr, node, { cni: "flannel", all: false }, { cni: "flannel", all: true }),
].flat();
