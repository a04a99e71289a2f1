import type { Projection } from "./projection.ts";
import { at, each, fields, keep, keysThat, only, textAt } from "./projection.ts";

/** Namespaces whose workloads make the network: their arguments say ranges, modes and devices. Others' are never read. */
const NAMESPACES = new Set([
  "kube-system",
  "kube-flannel",
  "kube-ovn",
  "kube-router",
  "calico-system",
  "calico-apiserver",
  "tigera-operator",
  "cilium",
  "cilium-system",
  "antrea-system",
  "weave",
  "metallb-system",
  "openshift-dns",
  "openshift-multus",
  "openshift-network-operator",
  "openshift-ovn-kubernetes",
  "openshift-sdn",
]);
const CONTROL_PLANE = new Set([
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "cloud-controller-manager",
]);

/**
 * Environment variables that configure a network and hold no credential: CALICO_IPV4POOL_CIDR, IP_AUTODETECTION_METHOD,
 * FELIX_*, AWS_VPC_K8S_CNI_*, WARM_IP_TARGET, WEAVE_MTU, IPALLOC_RANGE, FLANNELD_*, KUBERNETES_SERVICE_HOST …
 */
const TELLING_ENV =
  /^(CALICO_|FELIX_|CLUSTER_TYPE$|IP$|IP6$|IP_|IP6_|NO_DEFAULT_POOLS|AWS_VPC_|WARM_|MINIMUM_|MAX_ENI|ENABLE_|DISABLE_|ENI_CONFIG|ADDITIONAL_ENI|IPALLOC_|WEAVE_MTU|FLANNELD_|EVENT_QUEUE_DEPTH|CONT_WHEN|CNI_|CLUSTER_CIDR|POD_CIDR|SVC_CIDR|SERVICE_CIDR|KUBERNETES_SERVICE_(HOST|PORT)|KUBE_(OVN|ROUTER)_|TUNNEL|MTU|VETH_MTU|CILIUM_)/;
const SECRETIVE = /pass(word|phrase)?|secret|token|credential|private|api-?key/i;
const LONGEST_ARG = 4096;

/** A static Pod (its owner is the Node) or another of the control plane: its flags give the Service and Pod ranges. */
export function isControlPlanePod(pod: unknown): boolean {
  if (textAt(pod, "metadata", "namespace") !== "kube-system") {
    return false;
  }
  const owners = at(pod, "metadata", "ownerReferences");
  const component = textAt(pod, "metadata", "labels", "component") || textAt(pod, "metadata", "labels", "k8s-app");
  return CONTROL_PLANE.has(component) || (Array.isArray(owners) && textAt(owners[0], "kind") === "Node");
}

/** `--name=value` keeps its name and loses a value that may be a credential; a path to a file is none. */
function argument(value: unknown): unknown {
  if (typeof value !== "string") {
    return value;
  }
  const flag = /^(--?[\w.-]+)=(.*)$/s.exec(value);
  if (flag?.[1] !== undefined && SECRETIVE.test(flag[1]) && !flag[2]?.startsWith("/")) {
    return `${flag[1]}=REDACTED`;
  }
  return value.length > LONGEST_ARG ? `${value.slice(0, LONGEST_ARG)}…` : value;
}

/** Keeps telling variables with a literal value; references to Secrets and everything else go. */
function environment(value: unknown): unknown {
  if (!Array.isArray(value)) {
    return undefined;
  }
  const kept = value
    .filter((entry: unknown) => {
      const name = textAt(entry, "name");
      return TELLING_ENV.test(name) && !SECRETIVE.test(name) && typeof at(entry, "value") === "string";
    })
    .map(only("name", "value"));
  return kept.length === 0 ? undefined : kept;
}

const shape = { name: keep, image: keep, ports: keep, restartPolicy: keep };

/** Containers of ordinary workloads. */
export const container: Projection = fields(shape);
/** Containers of network components, with what configures them. */
export const telling: Projection = fields({
  ...shape,
  command: each(argument),
  args: each(argument),
  env: environment,
});

const ANNOTATIONS =
  /^([\w.-]*flannel\.alpha\.coreos\.com|([\w-]+\.)*projectcalico\.org|cni\.[\w.-]+|k8s\.v1\.cni\.cncf\.io|([\w.-]+\.)?cilium\.io|io\.cilium[\w.-]*|[\w.-]*weave[\w.-]*|kube-router\.io|([\w.-]+\.)?ovn\.(org|kubernetes\.io)|([\w.-]+\.)?antrea\.io|vpc\.amazonaws\.com|(node\.)?alpha\.kubernetes\.io|[\w-]*\.?network(ing)?[\w.-]*|(service|endpoints|endpointslice)\.(beta\.|alpha\.)?kubernetes\.io|([\w.-]+\.)?metallb\.(io|universe\.tf)|(k3s|rke2)\.io|([\w-]+\.)*istio\.io|linkerd\.io|ingressclass\.kubernetes\.io)\//;
const TOO_LONG = new Set(["sidecar.istio.io/status", "cni.projectcalico.org/containerID"]);
const ONE_BY_ONE = new Set([
  "kubernetes.io/config.source",
  "kubernetes.io/ingress.class",
  "control-plane.alpha.kubernetes.io/leader",
]);

/** Annotations that say something about the network. */
export const annotations: Projection = keysThat(
  (key) => ONE_BY_ONE.has(key) || (ANNOTATIONS.test(key) && !TOO_LONG.has(key)),
);

export const metadata: Projection = fields({
  name: keep,
  namespace: keep,
  uid: keep,
  labels: keep,
  annotations,
  creationTimestamp: keep,
  deletionTimestamp: keep,
  ownerReferences: each(only("kind", "name", "controller")),
});

/** A Pod template or Pod spec is read with the projection of its containers. */
export function podSpec(containers: Projection): Projection {
  return fields({
    nodeName: keep,
    hostNetwork: keep,
    nodeSelector: keep,
    hostname: keep,
    subdomain: keep,
    setHostnameAsFQDN: keep,
    dnsPolicy: keep,
    dnsConfig: keep,
    hostAliases: keep,
    runtimeClassName: keep,
    readinessGates: keep,
    initContainers: each(containers),
    containers: each(containers),
  });
}

/** A DaemonSet or Deployment that makes the network, by its namespace or, for a CNI installed elsewhere, by its name. */
export function isNetworkWorkload(object: unknown): boolean {
  return NAMESPACES.has(textAt(object, "metadata", "namespace")) || NAMES.test(textAt(object, "metadata", "name"));
}
const NAMES =
  /^(calico|canal|cilium|kube-flannel|weave|antrea|kube-router|kube-ovn|ovn|ovs|multus|whereabouts|aws-node|azure-(cni|cns|ip-masq)|kindnet|kube-proxy|coredns|node-local-dns|nodelocaldns|ip-masq-agent)/;
