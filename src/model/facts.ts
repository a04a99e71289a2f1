import type { ClusterCni } from "./cni.ts";
import type { ClusterDns } from "./dns.ts";
import type { FlowResult } from "./flow.ts";
import type {
  ApiService,
  ConfigMap,
  CustomObject,
  EndpointSlice,
  Event,
  Ingress,
  Namespace,
  Node,
  Pod,
  Service,
  ServiceCIDR,
  WebhookConfiguration,
  Workload,
} from "./kubernetes.ts";
import type { Learned } from "./learned.ts";
import type { NetworkPolicy } from "./network-policy.ts";
import type { NodeState } from "./node.ts";
import type { Ranges } from "./ranges.ts";

/** All that checks may know, in Kubernetes terms, defaults filled in. Readers build it from captures. */
export interface Facts {
  readonly version: string;
  readonly nodes: readonly Node[];
  readonly namespaces: readonly Namespace[];
  readonly pods: readonly Pod[];
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
  readonly networkPolicies: readonly NetworkPolicy[];
  readonly serviceCIDRs: readonly ServiceCIDR[];
  readonly ingresses: readonly Ingress[];
  readonly workloads: readonly Workload[];
  readonly webhooks: readonly WebhookConfiguration[];
  readonly apiServices: readonly ApiService[];
  readonly events: readonly Event[];
  /** "namespace/name" → the ConfigMap; known ones only, absent = the API server said it is not there. */
  readonly configMaps: ReadonlyMap<string, ConfigMap>;
  readonly customObjects: readonly CustomObject[];
  /** The Nodes whose state was read. A Node that was not is named in `unread`. */
  readonly nodeStates: ReadonlyMap<string, NodeState>;
  readonly unreadNodes: ReadonlyMap<string, { readonly reason: string; readonly detail: string }>;
  readonly ranges: Ranges;
  readonly cni: ClusterCni;
  readonly dns: ClusterDns;
  /** Whether probes were sent at all: what answers from flows alone needs it, what flows only bear out does not. */
  readonly probed: true;
  /** The flows that were probed, with what state predicts for each; none where none was sent. */
  readonly flows: readonly FlowResult[];
}
export type FactKey = keyof Facts;
export type Snapshot = { readonly [K in FactKey]: Learned<Facts[K]> };
