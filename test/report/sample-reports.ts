import type { CheckOutcome } from "../../src/model/check.ts";
import type { ClusterCni, NodeCni } from "../../src/model/cni.ts";
import type { FlowEnd, FlowResult, ProbeOutcome, Walk } from "../../src/model/flow.ts";
import { known, unknown } from "../../src/model/learned.ts";
import type { Ranges } from "../../src/model/ranges.ts";
import type { Report, ReportedFinding } from "../../src/model/report.ts";

const NODES = ["node1", "node2", "node3"];

const ranges: Ranges = {
  ranges: [
    range("node", "192.168.100.0/24", "Node node1 status.addresses", "inferred", "api/nodes", "node1 status.addresses"),
    range(
      "pod",
      "10.244.0.0/16",
      "ConfigMap kube-flannel/kube-flannel-cfg net-conf.json",
      "configured",
      "api/configmaps",
      "Network",
    ),
    range("service", "10.96.0.0/12", "ServiceCIDR kubernetes", "certain", "api/servicecidrs", "kubernetes spec.cidrs"),
  ],
  perNode: NODES.map((node, index) => ({ node, podCIDRs: [`10.244.${index}.0/24`] })),
  overlaps: [],
  capacity: [
    { what: "Pods on node1", cidr: "10.244.0.0/24", used: 17, total: 254 },
    { what: "Services", cidr: "10.96.0.0/12", used: 12, total: 1048574 },
  ],
  missing: [],
};

function range(
  role: "node" | "pod" | "service",
  cidr: string,
  source: string,
  confidence: "certain" | "configured" | "inferred",
  capture: string,
  where: string,
): Ranges["ranges"][number] {
  const evidence = { source: capture, where, value: cidr };
  return { role, cidr, family: "IPv4", sources: [{ cidr, source, confidence, evidence }], disagreeing: [] };
}

function nodeCni(node: string): NodeCni {
  return {
    node,
    file: "10-flannel.conflist",
    name: "flannel",
    plugins: ["flannel", "portmap"],
    strategy: "vxlan",
    tunnelDevice: "flannel.1",
    tunnelPort: 8472,
    podMtuBytes: 1450,
    uplinkMtuBytes: 1500,
    overheadBytes: 50,
    evidence: [
      { source: `node/${node}/cni-conf/10-flannel.conflist`, where: "plugins[0].type", value: "flannel" },
      { source: `node/${node}/link`, where: "flannel.1", value: "vxlan id 1 dstport 8472 mtu 1450" },
    ],
    agent: `kube-flannel/kube-flannel-ds-${node}`,
    kubeProxy: `kube-system/kube-proxy-${node}`,
    unknown: [],
  };
}

const cni: ClusterCni = {
  name: "flannel",
  agree: true,
  workloads: ["DaemonSet kube-flannel/kube-flannel-ds"],
  strategy: "vxlan",
  enforcesNetworkPolicy: "no",
  kubeProxyMode: "iptables",
  nodes: NODES.map(nodeCni),
};

const probePod = (node: string): FlowEnd => ({
  kind: "Pod",
  namespace: "netdoctor-x7k2",
  name: `probe-${node}`,
  node,
  ip: `10.244.${NODES.indexOf(node)}.9`,
  hostNetwork: false,
});

const droppedOnNode3: Walk = {
  verdict: "stopped",
  direction: "forward",
  destination: "10.244.2.9",
  hops: [
    { node: "node1", where: "pod", device: "eth0", action: "route default via 10.244.0.1", verdict: "passes" },
    { node: "", where: "wire", device: "eth0", action: "UDP 8472", verdict: "passes" },
    { node: "node3", where: "node", device: "eth0", action: "raw PREROUTING rule 1", verdict: "stops" },
  ],
  stop: {
    kind: "dropped-by-rule",
    node: "node3",
    pod: null,
    backend: "iptables",
    family: "IPv4",
    hook: "prerouting",
    table: "raw",
    chain: "PREROUTING",
    netns: "",
    rule: 1,
    handle: null,
    text: "-p udp -m udp --dport 8472 -j DROP",
    rejects: false,
    layer: "outer",
    outer: { protocol: "udp", port: 8472 },
  },
  evidence: [
    { source: "node/node3/iptables-nft", where: "raw PREROUTING rule 1", value: "-p udp -m udp --dport 8472 -j DROP" },
  ],
  unknown: null,
};
const passes: Walk = {
  ...droppedOnNode3,
  verdict: "passes",
  hops: droppedOnNode3.hops.slice(0, 2),
  stop: null,
  evidence: [],
};

function flow(from: string, to: string, outcome: ProbeOutcome): FlowResult {
  const ok = outcome === "ok";
  return {
    flow: {
      id: `pod-to-pod/${from}/${to}/tcp`,
      purpose: "pod-to-pod",
      from: probePod(from),
      to: probePod(to),
      protocol: "tcp",
      port: 8080,
      packetBytes: null,
      dns: null,
    },
    predicted: [ok ? passes : droppedOnNode3],
    observed: probed(outcome, ok ? 0.41 : null),
  };
}

function probed(outcome: ProbeOutcome, medianMs: number | null): FlowResult["observed"] {
  const ok = outcome === "ok";
  return known({
    outcome,
    sent: 3,
    succeeded: ok ? 3 : 0,
    medianMs,
    clientSeen: ok ? "10.244.0.9" : null,
    largestBytes: null,
    answers: [],
    detail: "",
  });
}

function dnsFlow(
  from: string,
  server: "service" | "pod",
  protocol: "udp" | "tcp",
  outcome: ProbeOutcome,
  ms: number,
): FlowResult {
  const to: FlowEnd =
    server === "service"
      ? { kind: "Service", namespace: "kube-system", name: "kube-dns", ip: "10.96.0.10" }
      : {
          kind: "Pod",
          namespace: "kube-system",
          name: "coredns-5dd5756b68-9xk2p",
          node: "node3",
          ip: "10.244.2.2",
          hostNetwork: false,
        };
  return {
    flow: {
      id: `dns/${from}/${server}/${protocol}`,
      purpose: "dns",
      from: probePod(from),
      to,
      protocol,
      port: 53,
      packetBytes: null,
      dns: { name: "kubernetes.default.svc.cluster.local.", type: "A" },
    },
    predicted: [outcome === "ok" ? passes : droppedOnNode3],
    observed: probed(outcome, outcome === "ok" ? ms : null),
  };
}

const check = (id: string, status: CheckOutcome["status"], examined = 3): CheckOutcome => ({
  id,
  question: `Is all well with ${id}?`,
  status,
  examined,
  missing: [],
  error: null,
});
const CHECKS: readonly CheckOutcome[] = [
  check("cidr/overlap", "clean"),
  check("cni/config", "clean"),
  check("dns/cluster-dns", "clean", 12),
  check("path/blocked", "clean", 12),
  check("policy/selects-nothing", "empty", 0),
  check("service/endpoints", "clean", 9),
];

const base: Report = {
  apiVersion: "netdoctor/v1",
  kind: "Report",
  verdict: "healthy",
  cluster: { version: "v1.34.4", nodes: NODES, ranges, cni, seconds: 11.2 },
  findings: [],
  good: [],
  checks: CHECKS,
  flows: [],
  disagreements: [],
  incomplete: [],
};

const vxlanBlocked: ReportedFinding = {
  id: "vxlan-port-blocked",
  severity: "error",
  confidence: "proven",
  subject: { kind: "Node", namespace: "", name: "node3" },
  message: "drops the VXLAN packets of every other Node: a rule refuses UDP 8472",
  why: "Packets between Pods on node3 and Pods on other Nodes travel inside UDP 8472 and are dropped before they are unpacked. Connections time out; Pods on node3 still reach each other.",
  params: { port: 8472, node: "node3", rule: "-p udp -m udp --dport 8472 -j DROP" },
  evidence: [
    {
      source: "node/node3/iptables-nft",
      where: "raw PREROUTING rule 1",
      value: "-p udp -m udp --dport 8472 -j DROP (37 packets)",
    },
    {
      source: "probe/pod-to-pod/node1/node3/tcp",
      where: "",
      value: "12 of 12 flows to and from Pods on node3 fail across Nodes; all on the Node pass",
    },
  ],
  explains: [
    "pod-to-pod/node1/node3/tcp",
    "pod-to-pod/node2/node3/tcp",
    "dns/node1/pod/udp",
    "coredns-replica-unreachable Pod kube-system/coredns-5dd5756b68-9xk2p",
    "deployment-not-ready Deployment shop/cart",
  ],
  next: [
    { run: "iptables -t raw -L PREROUTING -n -v --line-numbers", effect: "reads", onNode: "node3" },
    { run: "iptables -t raw -D PREROUTING 1", effect: "changes", onNode: "node3" },
    { run: "kubectl netdoctor check", effect: "reads", onNode: null },
  ],
};

const acrossNodes = NODES.flatMap((from) => NODES.filter((to) => to !== from).map((to) => [from, to] as const));

export const vxlan: Report = {
  ...base,
  verdict: "problems",
  cluster: { ...base.cluster, seconds: 14.4 },
  findings: [vxlanBlocked],
  checks: [
    ...CHECKS.map((each) => (each.id === "path/blocked" ? { ...each, status: "found" as const } : each)),
    {
      ...check("bgp/sessions", "unknown", 0),
      missing: [{ fact: "customObjects", reason: "not-served", detail: "ippools.crd.projectcalico.org" }],
    },
  ],
  flows: [
    ...acrossNodes.map(([from, to]) => flow(from, to, to === "node3" ? "timeout" : "ok")),
    dnsFlow("node1", "pod", "udp", "timeout", 0),
  ],
};

export const healthy: Report = {
  ...base,
  findings: [
    {
      id: "ndots-cost",
      severity: "info",
      confidence: "proven",
      subject: { kind: "Deployment", namespace: "shop", name: "frontend" },
      message: "ndots:5 turns one lookup of `api.example.com` into 10 queries",
      why: "Every lookup of an outside name first asks for it in each domain of the search list.",
      params: { name: "api.example.com", queries: 10 },
      evidence: [{ source: "node/node2/netns/4026532519/resolv-conf", where: "options", value: "ndots:5" }],
      explains: [],
      next: [],
    },
  ],
  good: [
    { statement: "every Pod has an address of its own", measure: "41 Pods" },
    { statement: "Pods talk on one Node and across Nodes without NAT", measure: "12 flows, client seen unchanged" },
    { statement: "every Node reaches its Pods", measure: "41 Pods" },
    {
      statement: "node, pod and service ranges do not overlap",
      measure: "192.168.100.0/24 · 10.244.0.0/16 · 10.96.0.0/12",
    },
    { statement: "cluster DNS answers on every replica, UDP and TCP, from every Node", measure: "median 1.2 ms" },
  ],
  flows: [
    ...acrossNodes.map(([from, to]) => flow(from, to, "ok")),
    ...NODES.flatMap((node) => [
      dnsFlow(node, "service", "udp", "ok", 1.2),
      dnsFlow(node, "service", "tcp", "ok", 1.9),
    ]),
  ],
};

export const incomplete: Report = {
  ...base,
  verdict: "incomplete",
  cluster: {
    ...base.cluster,
    ranges: {
      ...ranges,
      missing: [{ role: "service", reason: "servicecidrs: forbidden" }],
      ranges: ranges.ranges.slice(0, 2),
    },
  },
  good: [{ statement: "every Pod has an address of its own", measure: "41 Pods" }],
  checks: [
    ...CHECKS.slice(0, 4),
    {
      ...check("service/range", "unknown", 0),
      missing: [{ fact: "serviceCIDRs", reason: "forbidden", detail: 'User "ann" cannot list resource' }],
    },
    { ...check("node/conntrack", "crashed", 0), error: "Cannot read properties of undefined" },
  ],
  incomplete: [
    {
      what: "Node node3",
      reason: 'the node Pod was refused: PodSecurity "restricted" on namespace netdoctor-x7k2',
      unlock:
        "kubectl label namespace netdoctor-x7k2 pod-security.kubernetes.io/enforce=privileged, or run with --api-only",
    },
    {
      what: "ServiceCIDRs",
      reason: 'User "ann" cannot list resource "servicecidrs"',
      unlock: "kubectl netdoctor rbac | kubectl apply -f -",
    },
  ],
  flows: [{ ...flow("node1", "node3", "ok"), observed: unknown("not-collected", "no probe Pod on node3") }],
};

export const hostile: Report = {
  ...base,
  verdict: "warnings",
  findings: [
    {
      ...vxlanBlocked,
      id: "service-without-ready-endpoints",
      severity: "warning",
      confidence: "inferred",
      subject: { kind: "Service", namespace: "shop", name: "ca\u001b[2Jrt\nfake-line ✓ all is well" },
      message: "has no ready endpoint for its selector `app=\u202ecart`",
      params: { selector: "app=\u202ecart\u0007", list: ["\u009b31m", "plain"], "\u001b[1mkey": true },
      evidence: [
        {
          source: "api/endpointslices",
          where: "shop/cart\r",
          value: "\u001b]0;title\u0007 endpoints: 0\n\n✗ 9 problems",
        },
      ],
      explains: ["deployment-not-ready Deployment shop/\u001b[31mred"],
      next: [
        {
          run: "kubectl -n shop get pods --selector $'app=\\342\\200\\256cart' --show-labels --output wide --sort-by .metadata.creationTimestamp",
          effect: "reads",
          onNode: null,
        },
      ],
    },
  ],
};

const brokenService = (name: string): ReportedFinding => ({
  id: "service-without-ready-endpoints",
  severity: "error",
  confidence: "proven",
  subject: { kind: "Service", namespace: "shop", name },
  message: `has no ready endpoint: none of the 2 Pods that \`app=${name}\` selects is ready`,
  why: "The service proxy has no backend for this Service, so connections to it are refused or time out.",
  params: { selector: `app=${name}`, pods: 2 },
  evidence: [{ source: "api/endpointslices", where: `shop/${name}-x7k2p`, value: "2 endpoints, 0 ready" }],
  explains: [],
  next: [{ run: `kubectl -n shop get pods --selector app=${name} -o wide`, effect: "reads", onNode: null }],
});

export const many: Report = {
  ...vxlan,
  cluster: {
    ...vxlan.cluster,
    nodes: Array.from({ length: 104 }, (_, index) => `worker-${String(index + 1).padStart(3, "0")}`),
    seconds: 131,
    ranges: {
      ...ranges,
      unused: [
        {
          cidr: "10.200.0.0/16",
          source: "Node worker-001 spec.podCIDRs",
          confidence: "certain",
          evidence: { source: "api/nodes", where: "worker-001 spec.podCIDRs", value: "10.200.0.0/24" },
        },
      ],
      overlaps: [
        {
          a: { role: "pod", cidr: "10.244.0.0/16", source: "ConfigMap kube-flannel/kube-flannel-cfg net-conf.json" },
          b: { role: "route", cidr: "10.244.8.0/21", source: "Node worker-017 route via tun0" },
          relation: "contains",
          byDesign: null,
        },
        {
          a: { role: "pod", cidr: "10.244.0.0/16", source: "ConfigMap kube-flannel/kube-flannel-cfg net-conf.json" },
          b: { role: "node", cidr: "10.244.1.0/24", source: "Node node1 device cni0" },
          relation: "contains",
          byDesign: "the bridge of the Node's own Pods",
        },
      ],
      ranges: ranges.ranges.map((each) =>
        each.role === "pod"
          ? {
              ...each,
              disagreeing: [
                {
                  cidr: "10.42.0.0/16",
                  source: "ConfigMap kube-system/kubeadm-config networking.podSubnet",
                  confidence: "configured" as const,
                  evidence: {
                    source: "api/configmaps",
                    where: "kube-system/kubeadm-config ClusterConfiguration",
                    value: "podSubnet: 10.42.0.0/16",
                  },
                },
              ],
            }
          : each,
      ),
    },
    cni: {
      ...cni,
      agree: false,
      nodes: [
        ...NODES.slice(0, 2).map(nodeCni),
        {
          ...nodeCni("node3"),
          file: "00-multus.conf",
          plugins: ["multus-shim", "very-long-plugin-name-of-a-vendor"],
          podMtuBytes: 1500,
          unknown: ["delegates: the file names none"],
        },
      ],
    },
  },
  findings: [
    vxlanBlocked,
    ...["cart", "checkout", "search", "mail", "stock", "users", "pay"].map(brokenService),
    {
      ...vxlanBlocked,
      id: "pod-mtu-larger-than-path",
      severity: "warning",
      confidence: "inferred",
      message: "gives Pods an MTU of 1500 bytes over a path that carries 1450",
      subject: { kind: "Node", namespace: "", name: "ip-10-0-129-181.eu-central-1.compute.internal.example.corp" },
      evidence: Array.from({ length: 7 }, (_, index) => ({
        source: `node/worker-00${index + 1}/link`,
        where: "eth0",
        value: "mtu 1450",
      })),
      explains: [],
      next: [],
    },
    ...healthy.findings,
  ],
  flows: [
    ...vxlan.flows,
    ...NODES.flatMap((node) => [
      dnsFlow(node, "service", "udp", node === "node3" ? "timeout" : "ok", 1.2),
      dnsFlow(node, "service", "tcp", "ok", 12.6),
      dnsFlow(node, "pod", "tcp", node === "node1" ? "servfail" : "ok", 0.8),
    ]),
  ],
  disagreements: [{ flow: "pod-to-pod/node1/node2/tcp", predicted: "stopped: no-route on node1", observed: "ok" }],
  incomplete: Array.from({ length: 6 }, (_, index) => ({
    what: `Node worker-${String(index + 90).padStart(3, "0")}`,
    reason: "the node Pod did not start in 60 s: ImagePullBackOff",
    unlock: "--image with an image that the Nodes can pull",
  })),
};

/** With --api-only most checks lack the same two facts. */
export const apiOnly: Report = {
  ...base,
  checks: [
    ...CHECKS,
    ...["cni/plugins", "node/ip-forwarding", "path/hairpin", "pod/veth", "mtu/path-mtu", "dns/upstream"].map(
      (id, index) => ({
        ...check(id, "unknown", 0),
        missing: [{ fact: index < 4 ? "nodeStates" : "flows", reason: "not-collected" as const, detail: "--api-only" }],
      }),
    ),
  ],
};

/** Beside a report of before: one finding was there, one is new, one is gone. */
export const compared: Report = {
  ...vxlan,
  cluster: { ...vxlan.cluster, takenAt: "2026-11-21T10:42:31.120Z" },
  findings: [
    { ...brokenService("cart"), check: "service/endpoints", inBaseline: false },
    { ...vxlanBlocked, check: "path/blocked", inBaseline: true },
  ],
  baseline: { gone: ["service-without-ready-endpoints Service shop/pay"] },
};

export const SAMPLES: Readonly<Record<string, Report>> = { vxlan, healthy, incomplete, hostile, many, compared };
