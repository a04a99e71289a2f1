import type { Labels, Workload } from "../model/kubernetes.ts";

/** Labels that controllers put on Pods and that change with every revision, replica or run. */
const CHANGING =
  /^(pod-template-hash|pod-template-generation|controller-revision-hash|controller-uid|job-name|statefulset\.kubernetes\.io\/pod-name|apps\.kubernetes\.io\/pod-index|batch\.kubernetes\.io\/.*|helm\.sh\/chart|app\.kubernetes\.io\/(version|managed-by))$/;

/** The labels by which a policy would select this Pod and its replicas: its workload's selector, else its labels that stay. */
export function stableLabels(
  pod: { readonly namespace: string; readonly labels: Labels },
  workloads: readonly Pick<Workload, "namespace" | "selector">[],
): Labels {
  const selectors = workloads
    .filter(({ namespace, selector }) => namespace === pod.namespace && isWithin(selector, pod.labels))
    .map(({ selector }) => selector)
    .filter((selector) => Object.keys(selector).length > 0);
  return selectors[0] ?? Object.fromEntries(Object.entries(pod.labels).filter(([key]) => !CHANGING.test(key)));
}

const isWithin = (selector: Labels, labels: Labels): boolean =>
  Object.entries(selector).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value);
