/** What a run may be allowed: nothing but reading; Pods in its own namespace; or both with probes from real Pods. */
export type Mode = "api-only" | "full";

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

const list = ["get", "list"] as const;
const reading: readonly Rule[] = [
  { apiGroups: [""], resources: ["nodes", "namespaces", "pods", "services", "events", "configmaps"], verbs: list },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: list },
  { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies", "ingresses", "servicecidrs"], verbs: list },
  {
    apiGroups: ["admissionregistration.k8s.io"],
    resources: ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"],
    verbs: list,
  },
  { apiGroups: ["apiregistration.k8s.io"], resources: ["apiservices"], verbs: list },
  { apiGroups: ["apps"], resources: ["daemonsets", "deployments", "statefulsets"], verbs: list },
  {
    apiGroups: [
      "crd.projectcalico.org",
      "cilium.io",
      "operator.tigera.io",
      "k8s.ovn.org",
      "kubeovn.io",
      "crd.antrea.io",
      "crd.k8s.amazonaws.com",
      "vpcresources.k8s.aws",
      "k8s.cni.cncf.io",
      "whereabouts.cni.cncf.io",
      "acn.azure.com",
      "multitenancy.acn.azure.com",
    ],
    resources: ["*"],
    verbs: list,
  },
];
const running: readonly Rule[] = [
  { apiGroups: [""], resources: ["namespaces"], verbs: ["create", "delete"] },
  { apiGroups: [""], resources: ["pods"], verbs: ["create", "delete", "deletecollection"] },
  { apiGroups: [""], resources: ["services", "serviceaccounts"], verbs: ["create"] },
  // Over websockets API servers ask for get, and from 1.35 on for create too.
  { apiGroups: [""], resources: ["pods/exec"], verbs: ["get", "create"] },
];

/** The least rights of a mode, as a ClusterRole to apply and bind. Reads no Secret. */
export function clusterRole(mode: Mode): object {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: `netdoctor-${mode}` },
    rules: mode === "full" ? [...reading, ...running] : reading,
  };
}
