import {
  annotations,
  container,
  isControlPlanePod,
  isNetworkWorkload,
  metadata,
  podSpec,
  telling,
} from "./network-components.ts";
import type { Projection } from "./projection.ts";
import { each, fields, isJsonObject, keep, keysThat, only, textAt } from "./projection.ts";

/**
 * What is kept of each object: named fields, not everything but some, so that a new API field can never bring a secret or the
 * bulk of a large cluster along. Field names and values stay those of the API.
 */

const condition = fields({ type: keep, status: keep, reason: keep, message: shortText, lastTransitionTime: keep });

/** A Pod is kept small: there may be 150,000. Of its conditions, Ready counts, and those that do not hold. */
const typeAndStatus = only("type", "status");
const podConditions: Projection = (value) =>
  Array.isArray(value)
    ? value
        .filter((entry) => textAt(entry, "type") === "Ready" || textAt(entry, "status") !== "True")
        .map((entry) => (textAt(entry, "status") === "True" ? typeAndStatus(entry) : condition(entry)))
    : value;
const containerStatus = fields({
  name: keep,
  ready: keep,
  restartCount: keep,
  state: containerState,
  lastState: containerState,
});
/** Init containers that have ended well are left out: nothing waits for them any more. */
const initStatuses: Projection = (value) =>
  Array.isArray(value)
    ? value
        .filter((status) => textAt(status, "state", "terminated", "reason") !== "Completed")
        .map((status) => containerStatus(status))
    : value;
const podStatus = fields({
  phase: keep,
  reason: keep,
  message: shortText,
  podIP: keep,
  podIPs: keep,
  conditions: podConditions,
  initContainerStatuses: initStatuses,
  containerStatuses: each(containerStatus),
});

const plainPod = fields({ metadata, spec: podSpec(container), status: podStatus });
const controlPlanePod = fields({ metadata, spec: podSpec(telling), status: podStatus });
export const pod: Projection = (object) => (isControlPlanePod(object) ? controlPlanePod : plainPod)(object);

const template = (containers: Projection) =>
  fields({ metadata: fields({ labels: keep, annotations }), spec: podSpec(containers) });
const workloadOf = (containers: Projection) =>
  fields({
    metadata,
    spec: fields({ replicas: keep, selector: keep, updateStrategy: keep, template: template(containers) }),
    status: fields({
      observedGeneration: keep,
      replicas: keep,
      readyReplicas: keep,
      availableReplicas: keep,
      updatedReplicas: keep,
      unavailableReplicas: keep,
      currentNumberScheduled: keep,
      desiredNumberScheduled: keep,
      numberAvailable: keep,
      numberMisscheduled: keep,
      numberReady: keep,
      numberUnavailable: keep,
      updatedNumberScheduled: keep,
      conditions: each(condition),
    }),
  });
const plainWorkload = workloadOf(container);
const networkWorkload = workloadOf(telling);
/** DaemonSets and Deployments; those of the network keep arguments and telling environment. */
export const workload: Projection = (object) => (isNetworkWorkload(object) ? networkWorkload : plainWorkload)(object);

export const node: Projection = fields({
  metadata,
  spec: only("podCIDR", "podCIDRs", "providerID", "unschedulable", "taints"),
  status: fields({
    addresses: keep,
    capacity: keysThat(isAddressCapacity),
    allocatable: keysThat(isAddressCapacity),
    conditions: each(condition),
    nodeInfo: keep,
    daemonEndpoints: keep,
  }),
});

export const namespace: Projection = fields({ metadata, status: only("phase") });
export const service: Projection = fields({ metadata, spec: keep, status: keep });
export const networkPolicy: Projection = fields({ metadata, spec: keep });
export const serviceCIDR: Projection = fields({ metadata, spec: keep, status: keep });
export const ingress: Projection = fields({ metadata, spec: keep, status: keep });

/** Where the API server calls out to, and for what; not the certificates. */
export const webhookConfiguration: Projection = fields({
  metadata,
  webhooks: each(
    fields({
      name: keep,
      clientConfig: only("service"),
      failurePolicy: keep,
      rules: keep,
      timeoutSeconds: keep,
    }),
  ),
});
export const apiService: Projection = fields({
  metadata,
  spec: only("group", "version", "service"),
  status: fields({ conditions: each(condition) }),
});

export const endpointSlice: Projection = fields({
  metadata: fields({
    name: keep,
    namespace: keep,
    creationTimestamp: keep,
    labels: keysThat((key) => key.includes("kubernetes.io/")),
    ownerReferences: each(only("kind", "name", "controller")),
  }),
  addressType: keep,
  endpoints: each(
    fields({
      addresses: keep,
      conditions: keep,
      hostname: keep,
      nodeName: keep,
      targetRef: only("kind", "namespace", "name"),
      hints: keep,
    }),
  ),
  ports: keep,
});

export const event: Projection = fields({
  metadata: only("name", "namespace", "creationTimestamp"),
  type: keep,
  reason: keep,
  message: shortText,
  involvedObject: only("kind", "namespace", "name", "uid", "fieldPath"),
  count: keep,
  series: keep,
  firstTimestamp: keep,
  lastTimestamp: keep,
  eventTime: keep,
  source: keep,
  reportingComponent: keep,
});

/** ConfigMaps are read by name and hold configuration; binaryData and over-long values are of no use here. */
export const configMap: Projection = fields({
  metadata: only("name", "namespace"),
  data: (value) =>
    isJsonObject(value)
      ? Object.fromEntries(Object.entries(value).map(([key, text]) => [key, cut(text, 256 * 1024)]))
      : value,
});

const customBase = { apiVersion: keep, kind: keep, metadata, spec: keep, status: keep };
/** An object of a CNI's own API. AWS and Calico's newer kinds put nothing beside spec and status. */
export const custom: Projection = fields(customBase);

function containerState(value: unknown): unknown {
  const state = containerStateFields(value);
  return isJsonObject(state) && Object.keys(state).length === 0 ? undefined : state;
}
const containerStateFields = fields({
  waiting: fields({ reason: keep, message: shortText }),
  running: fields({}),
  terminated: fields({ reason: keep, message: shortText, exitCode: keep, signal: keep, finishedAt: keep }),
});

/** "pods", and the countable addresses and interfaces that device plugins offer (vpc.amazonaws.com/pod-eni …). */
function isAddressCapacity(key: string): boolean {
  return key === "pods" || /eni|ipv4|ipv6|\/ip|network/i.test(key);
}

function shortText(value: unknown): unknown {
  return cut(value, 1024);
}

function cut(value: unknown, longest: number): unknown {
  return typeof value === "string" && value.length > longest ? `${value.slice(0, longest)}…` : value;
}
