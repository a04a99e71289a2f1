import type { LabSettings } from "../../faults/lab.ts";

/** A lab, and what it is broken by, one after the other; "" = nothing, the healthy one. */
export interface SetUp {
  readonly lab: LabSettings;
  readonly faults: readonly string[];
}

/** Faults of every layer that a packet crosses, in the labs of all three CNIs and both modes of kube-proxy. */
export const setUps: readonly SetUp[] = [
  {
    lab: {},
    faults: [
      "",
      "forward-drop-rule",
      "raw-drop-rule",
      "mangle-drop-rule",
      "foreign-nft-drop",
      "pod-own-iptables-drop",
      "pod-own-nft-drop",
      "vxlan-port-blocked",
      "vxlan-fdb-missing",
      "vxlan-neighbour-wrong",
      "vtep-mac-changed",
      "flannel-device-deleted",
      "ip-forwarding-disabled",
      "ip-rule-prohibit",
      "ip-rule-dead-gateway",
      "route-blackhole",
      "route-prohibit",
      "route-unreachable",
      "node-neighbour-wrong",
      "veth-detached-from-bridge",
      "host-veth-down",
      "pod-eth0-down",
      "pod-default-route-missing",
      "pod-default-route-wrong-gateway",
      "pod-gateway-neighbour-wrong",
      "cni0-down",
      "service-rules-missing-on-a-node",
      "service-rules-stale-on-a-node",
      "service-hijacked-by-dnat",
      "service-wrong-target-port",
      "service-selecting-no-pods",
      "pod-traffic-masqueraded",
      "egress-masquerade-missing",
    ],
  },
  { lab: { cni: "bridge", nodes: 2 }, faults: ["", "forward-policy-drop", "pod-cidr-route-missing"] },
  {
    lab: { proxyMode: "nftables" },
    faults: ["", "service-rules-missing-on-a-node-nftables", "service-rules-stale-on-a-node-nftables"],
  },
  { lab: { cni: "flannel-host-gw", nodes: 2 }, faults: [""] },
];
