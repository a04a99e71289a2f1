/** Kubernetes objects as checks need them: defaults filled in by src/read/api, nothing optional left open. */

/** What a finding speaks about. `namespace` is "" for cluster-scoped kinds. */
export interface ObjectRef {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}
export type Labels = Readonly<Record<string, string>>;

export interface Node {
  readonly name: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  /** spec.podCIDRs, in the order of the API. */
  readonly podCIDRs: readonly string[];
  readonly internalIPs: readonly string[];
  readonly externalIPs: readonly string[];
  readonly hostname: string;
  readonly ready: boolean;
  readonly readyReason: string;
  readonly networkUnavailable: boolean;
  readonly unschedulable: boolean;
  readonly providerID: string;
  readonly os: string;
  readonly kubeletVersion: string;
  readonly runtime: string;
  readonly podCapacity: number | null;
}

export interface ContainerPort {
  readonly container: string;
  readonly name: string;
  readonly port: number;
  readonly hostPort: number | null;
  readonly protocol: "TCP" | "UDP" | "SCTP";
}
export interface ContainerState {
  readonly name: string;
  readonly image: string;
  readonly ready: boolean;
  readonly restarts: number;
  readonly state: "waiting" | "running" | "terminated" | "unknown";
  readonly reason: string;
  readonly message: string;
}
export interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly labels: Labels;
  readonly node: string;
  readonly phase: "Pending" | "Running" | "Succeeded" | "Failed" | "Unknown";
  readonly ready: boolean;
  readonly terminating: boolean;
  readonly hostNetwork: boolean;
  readonly ips: readonly string[];
  readonly owner: ObjectRef | null;
  readonly ports: readonly ContainerPort[];
  readonly containers: readonly ContainerState[];
  readonly dnsPolicy: string;
  readonly dnsConfig: {
    readonly nameservers: readonly string[];
    readonly searches: readonly string[];
    readonly ndots: number | null;
  };
  /** spec.hostname, and "hostname.subdomain" as a headless Service answers for it in its Namespace. */
  readonly hostnames: readonly string[];
  readonly createdAt: string;
}

export interface ServicePort {
  readonly name: string;
  readonly port: number;
  readonly protocol: "TCP" | "UDP" | "SCTP";
  readonly targetPort: string | number;
  readonly nodePort: number | null;
}
export interface Service {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  readonly type: "ClusterIP" | "NodePort" | "LoadBalancer" | "ExternalName";
  /** Null where the Service has none: its endpoints are made by hand. */
  readonly selector: Labels | null;
  readonly headless: boolean;
  readonly clusterIPs: readonly string[];
  readonly ports: readonly ServicePort[];
  readonly publishNotReadyAddresses: boolean;
  readonly internalTrafficPolicy: "Cluster" | "Local";
  readonly externalTrafficPolicy: "Cluster" | "Local";
  readonly sessionAffinity: "None" | "ClientIP";
  /** Addresses, and host names where the provider gives those (AWS). */
  readonly loadBalancerIPs: readonly string[];
  readonly externalIPs: readonly string[];
  /** The name that a Service of type ExternalName stands for, as written; "" for the others. */
  readonly externalName: string;
}

export interface Endpoint {
  readonly addresses: readonly string[];
  /** A missing `ready` condition counts as ready (discovery/v1). */
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly node: string;
  readonly target: ObjectRef | null;
}
export interface EndpointSlice {
  readonly namespace: string;
  readonly name: string;
  /** The label kubernetes.io/service-name. */
  readonly service: string;
  readonly family: "IPv4" | "IPv6" | "FQDN";
  readonly endpoints: readonly Endpoint[];
  readonly ports: readonly {
    readonly name: string;
    readonly port: number | null;
    readonly protocol: "TCP" | "UDP" | "SCTP";
  }[];
}

export interface Namespace {
  readonly name: string;
  readonly labels: Labels;
}
export interface ServiceCIDR {
  readonly name: string;
  readonly cidrs: readonly string[];
}
export interface Ingress {
  readonly namespace: string;
  readonly name: string;
  readonly className: string;
  readonly backends: readonly { readonly service: string; readonly port: string | number }[];
}
/** A Service that the API server itself calls; null in its place = an address outside. */
export interface CalledService {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}
/** A Validating- or MutatingWebhookConfiguration. */
export interface WebhookConfiguration {
  readonly kind: "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration";
  readonly name: string;
  readonly webhooks: readonly {
    readonly name: string;
    readonly service: CalledService | null;
    readonly failurePolicy: "Fail" | "Ignore";
    /** "CREATE pods" */
    readonly intercepts: readonly string[];
  }[];
}
/** An API that another server serves for the API server. */
export interface ApiService {
  readonly name: string;
  readonly service: CalledService | null;
  /** The condition Available; a missing one counts as available. */
  readonly available: boolean;
  readonly reason: string;
}
export interface Workload {
  readonly kind: "DaemonSet" | "Deployment" | "StatefulSet";
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  readonly selector: Labels;
  readonly desired: number;
  readonly ready: number;
  readonly images: readonly string[];
  readonly args: readonly string[];
}
export interface Event {
  readonly namespace: string;
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  readonly about: ObjectRef;
  readonly count: number;
  readonly lastSeen: string;
}
/** A ConfigMap that netdoctor reads by name; `data` only. */
export interface ConfigMap {
  readonly namespace: string;
  readonly name: string;
  readonly data: Readonly<Record<string, string>>;
}
/** An object of a CNI's own API (IPPool, CiliumNode, …), as served. */
export interface CustomObject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly spec: unknown;
  readonly status: unknown;
}
