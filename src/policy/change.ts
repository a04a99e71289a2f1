import { dump } from "js-yaml";
import type { Labels, Workload } from "../model/kubernetes.ts";
import type { LabelSelector, SelectorTerm } from "../model/network-policy.ts";
import { hostCidr, parseAddress } from "../net/cidr.ts";
import type { Connection, PodEnd, PolicyEnd } from "./end.ts";
import type { Direction, DirectionJudgement, Judgement } from "./judge.ts";
import { stableLabels } from "./stable-labels.ts";

/** A NetworkPolicy manifest to apply. */
export interface PolicyManifest {
  readonly apiVersion: "networking.k8s.io/v1";
  readonly kind: "NetworkPolicy";
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec: {
    readonly podSelector: ManifestSelector;
    readonly policyTypes: readonly Direction[];
    readonly ingress?: readonly ManifestRule[];
    readonly egress?: readonly ManifestRule[];
  };
}
interface ManifestSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly object[];
}
interface ManifestRule {
  readonly from?: readonly object[];
  readonly to?: readonly object[];
  readonly ports?: readonly object[];
}
/**
 * What would turn the verdict round with the least: policies to add, or the reason why adding none can do it. `effect` says what it does to
 * others: policies are a union of allowances, so allowing adds one peer and port, and isolating cuts off all that no rule allows.
 */
export interface PolicyChange {
  readonly to: "allowed" | "denied";
  readonly policies: readonly PolicyManifest[];
  readonly effect: string;
}

type Workloads = readonly Pick<Workload, "namespace" | "selector">[];

/** The smallest change of a judgement that is certain; null where it is not, or where nothing can change it. */
export function smallestChange(
  connection: Connection,
  judgement: Judgement,
  workloads: Workloads,
): PolicyChange | null {
  if (judgement.verdict === "unknown") return null;
  return judgement.verdict === "denied"
    ? allowance(connection, judgement, workloads)
    : isolation(connection, judgement, workloads);
}

function allowance(connection: Connection, judgement: Judgement, workloads: Workloads): PolicyChange | null {
  const { from, to } = connection;
  const policies = [
    ...(judgement.egress.verdict === "denied" && from.kind === "pod" ? [allow(judgement.egress, from, to)] : []),
    ...(judgement.ingress.verdict === "denied" && to.kind === "pod" ? [allow(judgement.ingress, to, from)] : []),
  ].flatMap((policy) => policy ?? []);
  const wanted = [judgement.egress, judgement.ingress].filter(({ verdict }) => verdict === "denied").length;
  if (policies.length < wanted) return null;
  return {
    to: "allowed",
    policies,
    effect: "adds this allowance and takes none away",
  };

  function allow({ direction, isolated }: DirectionJudgement, self: PodEnd, other: PolicyEnd): PolicyManifest | null {
    const peer = peerOf(other, self.namespace, workloads);
    if (peer === null) return null;
    const { protocol, port } = connection;
    const ports = protocol === null ? [] : [port === null ? { protocol } : { protocol, port }];
    const rule = {
      [direction === "Ingress" ? "from" : "to"]: [peer],
      ...(ports.length === 0 ? {} : { ports }),
    };
    const name = `allow-${direction === "Ingress" ? "from" : "to"}-${shortName(other)}`;
    return manifest(self, direction, name, workloads, [rule], isolated);
  }
}

/** Nothing denies one peer: the only policy that takes something away is one that isolates a Pod that was not. */
function isolation(
  { from, to }: Connection,
  { egress, ingress }: Judgement,
  workloads: Workloads,
): PolicyChange | null {
  if (ingress.reason === "not-isolated" && to.kind === "pod")
    return {
      to: "denied",
      policies: [manifest(to, "Ingress", `isolate-${shortName(to)}`, workloads, [])],
      effect: `isolates ${shortName(to)}: everything else that comes in is denied too, but for its own Node`,
    };
  if (egress.reason === "not-isolated" && from.kind === "pod")
    return {
      to: "denied",
      policies: [manifest(from, "Egress", `isolate-${shortName(from)}`, workloads, [])],
      effect: `isolates ${shortName(from)}: everything else that it sends is denied too, DNS included`,
    };
  return null;
}

function manifest(
  self: PodEnd,
  direction: Direction,
  name: string,
  workloads: Workloads,
  rules: readonly ManifestRule[],
  within: LabelSelector | null = null,
): PolicyManifest {
  const labels = stableLabels({ namespace: self.namespace, labels: self.labels.labels }, workloads);
  const key = direction === "Ingress" ? "ingress" : "egress";
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { namespace: self.namespace, name },
    spec: {
      podSelector: selectorOf(labels, within),
      policyTypes: [direction],
      ...(rules.length === 0 ? {} : { [key]: rules }),
    },
  };
}

/** Selects by these labels, and of those Pods only what `within` selects: a policy that allows also isolates, and others are not to be. */
function selectorOf(labels: Labels, within: LabelSelector | null): ManifestSelector {
  const further = (within?.terms ?? []).filter(({ key, operator, values }) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    return value === undefined || (operator !== "Exists" && !(operator === "In" && values.includes(value)));
  });
  return {
    ...(Object.keys(labels).length === 0 ? {} : { matchLabels: labels }),
    ...(further.length === 0 ? {} : { matchExpressions: further.map(expression) }),
  };
}
const expression = ({ key, operator, values }: SelectorTerm): object =>
  operator === "In" || operator === "NotIn" ? { key, operator, values } : { key, operator };

/** A peer that matches this end and as few others as can be; null where nothing could match it. */
function peerOf(end: PolicyEnd, namespace: string, workloads: Workloads): object | null {
  if (end.kind === "pod" && end.labels.complete) {
    const labels = stableLabels({ namespace: end.namespace, labels: end.labels.labels }, workloads);
    const podSelector = Object.keys(labels).length === 0 ? {} : { matchLabels: labels };
    if (end.namespace === namespace) return { podSelector };
    return { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": end.namespace } }, podSelector };
  }
  const address = parseAddress(end.ips[0] ?? "");
  return address === null || end.ips.length > 1 ? null : { ipBlock: { cidr: hostCidr(address).text } };
}

const NO_LABELS: { readonly labels: Labels } = { labels: {} };

/** A part of an object's name: DNS label characters only, at most 40 of them. Pods that are alike have the same. */
function shortName(end: PolicyEnd): string {
  const { labels } = end.kind === "pod" ? end.labels : NO_LABELS;
  const called = labels["app.kubernetes.io/name"] ?? labels.app ?? labels["k8s-app"];
  const text = end.kind === "outside" ? (end.ips[0] ?? "address") : (called ?? end.name);
  const label = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/-[a-z0-9]{8,10}-[a-z0-9]{5}$/, "")
    .slice(0, 40);
  return label.replace(/^-+|-+$/g, "") || "peer";
}

/** Manifests of one name made one: applied one after the other, the last would replace the others. Ports of equal peers stand together. */
export function mergeManifests(manifests: readonly PolicyManifest[]): readonly PolicyManifest[] {
  const merged = new Map<string, PolicyManifest>();
  for (const next of manifests) {
    const { namespace, name } = next.metadata;
    const before = merged.get(`${namespace}/${name}`);
    const same =
      before !== undefined && JSON.stringify(before.spec.podSelector) === JSON.stringify(next.spec.podSelector);
    if (before === undefined) merged.set(`${namespace}/${name}`, next);
    else if (!same || before.spec.policyTypes[0] !== next.spec.policyTypes[0])
      merged.set(`${namespace}/${name} ${merged.size}`, {
        ...next,
        metadata: { namespace, name: `${name}-${merged.size}` },
      });
    else merged.set(`${namespace}/${name}`, { ...before, spec: bothSpecs(before.spec, next.spec) });
  }
  return [...merged.values()];
}

function bothSpecs(a: PolicyManifest["spec"], b: PolicyManifest["spec"]): PolicyManifest["spec"] {
  const ingress = bothRules(a.ingress ?? [], b.ingress ?? []);
  const egress = bothRules(a.egress ?? [], b.egress ?? []);
  return { ...a, ...(ingress.length === 0 ? {} : { ingress }), ...(egress.length === 0 ? {} : { egress }) };
}

function bothRules(a: readonly ManifestRule[], b: readonly ManifestRule[]): readonly ManifestRule[] {
  const rules = new Map<string, ManifestRule>();
  for (const rule of [...a, ...b]) {
    const key = JSON.stringify([rule.from, rule.to]);
    const before = rules.get(key);
    const ports = new Map(
      [...(before?.ports ?? []), ...(rule.ports ?? [])].map((port) => [JSON.stringify(port), port]),
    );
    // A rule without ports is open for all of them, and stays so.
    const open = rule.ports === undefined || (before !== undefined && before.ports === undefined);
    const { from, to } = rule;
    const peers = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
    rules.set(key, open ? peers : { ...peers, ports: [...ports.values()] });
  }
  return [...rules.values()];
}

/** Manifests as one YAML stream for kubectl apply. */
export function manifestsYaml(policies: readonly PolicyManifest[]): string {
  return policies.map((policy) => dump(policy, { noRefs: true, lineWidth: -1 })).join("---\n");
}
