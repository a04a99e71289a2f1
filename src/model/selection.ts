import type { FlowResult } from "./flow.ts";
import { failingFlows } from "./flow-outcome.ts";
import type { Labels, Pod, Service, Workload } from "./kubernetes.ts";

/** Whether a map of labels carries all that a selector asks for (equality only, as Services select). */
export const selects = (selector: Labels, labels: Labels): boolean =>
  Object.entries(selector).every(([key, value]) => labels[key] === value);

/** A selector as kubectl's --selector takes it. */
export const printSelector = (labels: Labels): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");

/** Whether a Service's endpoints are made from this Pod. */
export function serviceSelects({ namespace, selector, type }: Service, pod: Pod): boolean {
  return type !== "ExternalName" && selector !== null && pod.namespace === namespace && selects(selector, pod.labels);
}

/** The Deployment, StatefulSet or DaemonSet that a Pod belongs to, by its selector: names of Pods come and go. */
export function workloadOf(pod: Pod, workloads: readonly Workload[]): Workload | undefined {
  return workloads.find(
    ({ namespace, selector }) =>
      namespace === pod.namespace && Object.keys(selector).length > 0 && selects(selector, pod.labels),
  );
}

/** The failed flows to a Service's cluster IP; with a port, those to that port only. */
export function failedTo(
  service: Service,
  flows: readonly FlowResult[],
  port: number | null = null,
): readonly string[] {
  const failing = failingFlows(flows);
  return flows.flatMap(({ flow }) =>
    failing.has(flow.id) &&
    flow.to.kind === "Service" &&
    flow.to.namespace === service.namespace &&
    flow.to.name === service.name &&
    (port === null || flow.port === port)
      ? [flow.id]
      : [],
  );
}
