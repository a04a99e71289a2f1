import type { Evidence } from "./finding.ts";
import type { Flow, FlowResult, ProbeResult, Stop, Walk } from "./flow.ts";
import { isRunNamespace } from "./run-namespace.ts";

/** Whether a probe's outcome is what a working cluster gives: a DNS server that says "no such type" has answered. */
export function succeeded(flow: Flow, result: ProbeResult): boolean {
  if (result.outcome === "ok") return true;
  // The sender is told to send smaller packets, and will: path MTU discovery at work (RFC 1191).
  if (flow.purpose === "path-mtu" && result.outcome === "too-big") return true;
  if (flow.dns === null) return false;
  // The root and names outside the cluster are asked only to see an answer come back.
  if (isSearchCost(flow.dns.name)) return ["nxdomain", "no-data", "query-refused"].includes(result.outcome);
  if (flow.dns.name === ".")
    return result.outcome === "nxdomain" || result.outcome === "no-data" || result.outcome === "query-refused";
  return flow.dns.type === "AAAA" && (result.outcome === "no-data" || result.outcome === "nxdomain");
}

/** A name that exists nowhere (RFC 6761 section 6.4), looked up as a resolver would, to measure what its search list costs. */
export const searchCostName = "api.netdoctor.invalid";
export const isSearchCost = (name: string): boolean => name.startsWith(`${searchCostName}.`);

/**
 * Traffic that the Kubernetes network model and its Services promise (https://kubernetes.io/docs/concepts/services-networking/).
 * A Node that does not answer its Pods' pings, or an egress firewall, breaks no promise.
 */
export function promised(flow: Flow): boolean {
  return (
    !isOwnService(flow) &&
    flow.purpose !== "pod-to-node" &&
    flow.purpose !== "egress" &&
    flow.purpose !== "node-port" &&
    flow.purpose !== "host-port" &&
    flow.purpose !== "external-name"
  );
}

/** The run's own Services are seconds old: kube-proxy may not have written their rules yet, and nothing follows from that. */
export function isOwnService({ to }: Flow): boolean {
  return to.kind === "Service" && isRunNamespace(to.namespace);
}

/** The upstream servers themselves answer SERVFAIL: asked directly they say the same, so the cluster's DNS only passes it on (an air-gapped network, say). */
export function upstreamFailsItself(flows: readonly FlowResult[]): boolean {
  return flows.some(
    ({ flow, observed }) =>
      flow.purpose === "egress" && flow.dns !== null && observed.known && observed.value.outcome === "servfail",
  );
}
/** A name that only a server outside the cluster can answer for. */
export const isOutsideName = ({ dns }: Flow): boolean =>
  dns !== null && (dns.name === "." || dns.name === `${searchCostName}.`);

/** The ids of the promised flows that a real packet failed on. An ICMP failure beside a TCP success of the same ends is a filter's taste, not a failure. */
export function failingFlows(flows: readonly FlowResult[]): ReadonlySet<string> {
  const ends = ({ flow }: FlowResult): string => `${flow.from.ip} ${flow.to.ip}`;
  const tcpWorks = new Set(
    flows
      .filter(
        (result) =>
          result.flow.protocol === "tcp" && result.observed.known && succeeded(result.flow, result.observed.value),
      )
      .map(ends),
  );
  const passedOn = upstreamFailsItself(flows);
  return new Set(
    flows.flatMap((result) => {
      const { flow, observed } = result;
      if (!observed.known || succeeded(flow, observed.value) || !promised(flow)) return [];
      if (passedOn && isOutsideName(flow) && observed.value.outcome === "servfail") return [];
      return flow.protocol === "icmp" && flow.purpose !== "path-mtu" && tcpWorks.has(ends(result)) ? [] : [flow.id];
    }),
  );
}

/** One flow that state predicts to stop, and the fact that stops it. */
export interface StoppedFlow<K extends Stop["kind"]> extends AnyStopped {
  readonly stop: Extract<Stop, { readonly kind: K }>;
}
interface AnyStopped {
  readonly result: FlowResult;
  readonly evidence: readonly Evidence[];
  /** The probe failed too: prediction and packet agree. */
  readonly seen: boolean;
}

const hasKind = <K extends Stop["kind"]>(stop: Stop | null, kind: K): stop is Extract<Stop, { readonly kind: K }> =>
  stop?.kind === kind;

/** Prediction says every way stops, and the packet arrived: then the model is wrong, and nothing may be concluded from it. */
export function contradicted({ flow, predicted, observed }: FlowResult): boolean {
  // "Too big" is no failure of the network, and no passage of that packet either.
  if (!observed.known || observed.value.outcome === "too-big" || !succeeded(flow, observed.value)) return false;
  return predicted.length > 0 && predicted.every(({ verdict }) => verdict === "stopped");
}

/** The flows stopped by one kind of fact, contradicted ones left out. */
export function stoppedBy<K extends Stop["kind"]>(flows: readonly FlowResult[], kind: K): readonly StoppedFlow<K>[] {
  return flows.flatMap((result) => {
    if (contradicted(result) || !promised(result.flow)) return [];
    const seen = result.observed.known && !succeeded(result.flow, result.observed.value);
    return result.predicted.flatMap((walk: Walk) =>
      hasKind(walk.stop, kind) ? [{ result, stop: walk.stop, evidence: walk.evidence, seen }] : [],
    );
  });
}

/** Groups by a key; the order of the groups is the order in which their keys first occur. */
export function groupBy<T>(items: readonly T[], key: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}

/** What several stopped flows of one cause say together: the evidence once, and which failures it explains. */
export function seenIn(stopped: readonly AnyStopped[]): {
  readonly evidence: readonly Evidence[];
  readonly confidence: "proven" | "inferred";
  readonly explains: readonly string[];
} {
  const evidence = new Map(
    stopped.flatMap((flow) => flow.evidence).map((item) => [`${item.source} ${item.where} ${item.value}`, item]),
  );
  return {
    evidence: [...evidence.values()].slice(0, 5),
    confidence: stopped.some(({ seen }) => seen) ? "proven" : "inferred",
    explains: [...new Set(stopped.filter(({ seen }) => seen).map(({ result }) => result.flow.id))],
  };
}
