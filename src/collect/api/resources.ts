import type { Projection } from "./projection.ts";
import * as trim from "./trim.ts";

/** A built-in resource that is listed across the cluster. */
export interface Resource {
  /** "pods": the capture is "api/pods". */
  readonly plural: string;
  /** Group and version paths to try in turn; a later one where an earlier is not served. */
  readonly versions: readonly string[];
  readonly namespaced: boolean;
  readonly project: Projection;
  /** A field selector. */
  readonly selector?: string;
  /** Where more of them would not tell more. */
  readonly limit?: number;
}

const EVENT_LIMIT = 20_000;
const clusterWide = { namespaced: false } as const;
const namespaced = { namespaced: true } as const;

/** Largest first, so that the longest list is on its way while the others follow. */
export const RESOURCES: readonly Resource[] = [
  { plural: "pods", versions: ["/api/v1"], ...namespaced, project: trim.pod },
  { plural: "endpointslices", versions: ["/apis/discovery.k8s.io/v1"], ...namespaced, project: trim.endpointSlice },
  { plural: "nodes", versions: ["/api/v1"], ...clusterWide, project: trim.node },
  { plural: "services", versions: ["/api/v1"], ...namespaced, project: trim.service },
  { plural: "namespaces", versions: ["/api/v1"], ...clusterWide, project: trim.namespace },
  { plural: "deployments", versions: ["/apis/apps/v1"], ...namespaced, project: trim.workload },
  { plural: "statefulsets", versions: ["/apis/apps/v1"], ...namespaced, project: trim.workload },
  { plural: "daemonsets", versions: ["/apis/apps/v1"], ...namespaced, project: trim.workload },
  { plural: "networkpolicies", versions: ["/apis/networking.k8s.io/v1"], ...namespaced, project: trim.networkPolicy },
  { plural: "ingresses", versions: ["/apis/networking.k8s.io/v1"], ...namespaced, project: trim.ingress },
  {
    plural: "validatingwebhookconfigurations",
    versions: ["/apis/admissionregistration.k8s.io/v1"],
    ...clusterWide,
    project: trim.webhookConfiguration,
  },
  {
    plural: "mutatingwebhookconfigurations",
    versions: ["/apis/admissionregistration.k8s.io/v1"],
    ...clusterWide,
    project: trim.webhookConfiguration,
  },
  { plural: "apiservices", versions: ["/apis/apiregistration.k8s.io/v1"], ...clusterWide, project: trim.apiService },
  {
    plural: "servicecidrs",
    versions: ["/apis/networking.k8s.io/v1", "/apis/networking.k8s.io/v1beta1"],
    ...clusterWide,
    project: trim.serviceCIDR,
  },
  {
    plural: "events",
    versions: ["/api/v1"],
    ...namespaced,
    project: trim.event,
    selector: "type=Warning",
    limit: EVENT_LIMIT,
  },
];

/** ConfigMaps that configure the network, by namespace; read by name, never listed. */
export const CONFIG_MAPS: Readonly<Record<string, readonly string[]>> = {
  "kube-system": [
    "kubeadm-config",
    "kube-proxy",
    "kube-proxy-config",
    "coredns",
    "coredns-custom",
    "rke2-coredns-rke2-coredns",
    "kube-dns",
    "kubelet-config",
    "node-local-dns",
    "nodelocaldns",
    "kube-flannel-cfg",
    "calico-config",
    "canal-config",
    "rke2-canal-config",
    "cilium-config",
    "weave-net",
    "amazon-vpc-cni",
    "azure-ip-masq-agent-config",
    "azure-ip-masq-agent-config-reconciled",
    "ip-masq-agent",
    "cns-config",
    "kube-router-cfg",
    "antrea-config",
    "ovn-config",
    "multus-daemon-config",
    "multus-cni-config",
  ],
  "kube-flannel": ["kube-flannel-cfg"],
  "calico-system": ["cni-config"],
  cilium: ["cilium-config"],
  "openshift-dns": ["dns-default"],
  "openshift-ovn-kubernetes": ["ovnkube-config"],
};

/** Resources of CNIs' own APIs that hold state or configuration; policies are not among them. */
export const CUSTOM_RESOURCES: Readonly<Record<string, readonly string[]>> = {
  "crd.projectcalico.org": calico(),
  "projectcalico.org": calico(),
  "operator.tigera.io": ["installations", "tigerastatuses"],
  "cilium.io": [
    "ciliumnodes",
    "ciliumpodippools",
    "ciliumloadbalancerippools",
    "ciliuml2announcementpolicies",
    "ciliumbgppeeringpolicies",
    "ciliumbgpclusterconfigs",
    "ciliumbgppeerconfigs",
    "ciliumbgpnodeconfigs",
    "ciliumnodeconfigs",
  ],
  "k8s.ovn.org": ["egressips", "userdefinednetworks", "clusteruserdefinednetworks"],
  "kubeovn.io": ["subnets", "vpcs", "vlans", "provider-networks", "ippools"],
  "crd.antrea.io": ["antreaagentinfos", "antreacontrollerinfos", "ippools", "externalippools", "egresses"],
  "crd.k8s.amazonaws.com": ["eniconfigs"],
  "vpcresources.k8s.aws": ["cninodes", "securitygrouppolicies"],
  "k8s.cni.cncf.io": ["network-attachment-definitions"],
  "whereabouts.cni.cncf.io": ["ippools", "nodeslicepools"],
  "acn.azure.com": ["nodenetworkconfigs", "clustersubnetstates", "overlayextensionconfigs"],
  "multitenancy.acn.azure.com": ["podnetworks", "podnetworkinstances"],
  "networking.gke.io": ["networks", "gkenetworkparamsets"],
  "config.openshift.io": ["networks"],
};

function calico(): readonly string[] {
  return [
    "ippools",
    "blockaffinities",
    "ipamblocks",
    "ipamconfigs",
    "ipreservations",
    "felixconfigurations",
    "bgpconfigurations",
    "bgppeers",
    "clusterinformations",
    "caliconodestatuses",
    "kubecontrollersconfigurations",
    "hostendpoints",
  ];
}
