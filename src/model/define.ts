import type { Check } from "./check.ts";
import type { FactKey } from "./facts.ts";
import type { Confidence, Evidence, Finding, FindingType, Params, Step } from "./finding.ts";
import type { ObjectRef } from "./kubernetes.ts";

/** What a check adds to a finding's name and parameters. Confidence is "proven" where the evidence alone entails it. */
export interface Seen {
  readonly evidence: readonly Evidence[];
  readonly confidence: Confidence;
  readonly explains?: readonly string[];
}
export interface DefinedFinding<P extends Params> extends FindingType<P> {
  at(subject: ObjectRef, params: P, seen: Seen): Finding;
}

export function defineFinding<P extends Params>(type: FindingType<P>): DefinedFinding<P> {
  return {
    ...type,
    at: (subject, params, { evidence, confidence, explains = [] }) => ({
      id: type.id,
      subject: { kind: subject.kind, namespace: subject.namespace, name: subject.name },
      params,
      confidence,
      evidence,
      explains,
    }),
  };
}

/** Carries the types: a check sees exactly the facts it names in `needs`. */
export function defineCheck<const N extends FactKey>(check: Check<N>): Check<N> {
  return check;
}

export const reads = (...run: string[]): Step => ({ run, effect: "reads", onNode: null });
export const changes = (...run: string[]): Step => ({ run, effect: "changes", onNode: null });
export const readsOn = (node: string, ...run: string[]): Step => ({ run, effect: "reads", onNode: node });
export const changesOn = (node: string, ...run: string[]): Step => ({ run, effect: "changes", onNode: node });
export const evidence = (source: string, where: string, value: string): Evidence => ({ source, where, value });
export const nodeRef = (name: string): ObjectRef => ({ kind: "Node", namespace: "", name });
export const refOf = (kind: string, object: { readonly namespace: string; readonly name: string }): ObjectRef => ({
  kind,
  namespace: object.namespace,
  name: object.name,
});
/** The subject of a finding about the whole cluster. */
export const clusterRef: ObjectRef = { kind: "Cluster", namespace: "", name: "cluster" };
/** A Pod by "namespace/name". */
export function podRef(pod: string): ObjectRef {
  const [namespace = "", name = ""] = pod.split("/");
  return refOf("Pod", { namespace, name });
}
