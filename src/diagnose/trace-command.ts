import type { FlowEnd, FlowResult } from "../model/flow.ts";
import { isOwnEnd, nodeOf } from "../model/flow-end.ts";

/**
 * The words of a `trace` that follows a packet of the failing kind, for a person to run after this run's own Pods are gone: a Pod of the
 * same Node stands for one of them. Empty where a Node has no other Pod.
 */
export function traceWords(group: readonly FlowResult[], flows: readonly FlowResult[]): readonly string[] {
  const standIns = new Map(
    flows
      .flatMap(({ flow }) => [flow.from, flow.to])
      .filter((end) => end.kind === "Pod" && !isOwnEnd(end) && !end.hostNetwork)
      .sort((a, b) => Number(isOfSystem(b)) - Number(isOfSystem(a)))
      .map((end) => [nodeOf(end), end]),
  );
  const lasting = (end: FlowEnd): FlowEnd | undefined => (isOwnEnd(end) ? standIns.get(nodeOf(end)) : end);
  const owned = ({ flow }: FlowResult): number => [flow.from, flow.to].filter(isOwnEnd).length;
  const asked = [...group].sort(
    (a, b) => owned(a) - owned(b) || Number(a.flow.protocol === "icmp") - Number(b.flow.protocol === "icmp"),
  );
  for (const { flow } of asked) {
    const [from, to] = [lasting(flow.from), lasting(flow.to)];
    if (from === undefined || to === undefined || argumentOf(from) === argumentOf(to)) continue;
    const port = flow.port === null || to !== flow.to ? [] : ["--port", `${flow.port}`];
    const protocol = flow.protocol === "tcp" ? [] : ["--protocol", flow.protocol];
    return ["kubectl", "netdoctor", "trace", argumentOf(from), argumentOf(to), ...port, ...protocol];
  }
  return [];
}

/** A Pod of the cluster's own stands in only where a Node has no other. */
const isOfSystem = (end: FlowEnd): boolean => end.kind === "Pod" && end.namespace === "kube-system";

function argumentOf(end: FlowEnd): string {
  switch (end.kind) {
    case "Pod":
      return `${end.namespace}/${end.name}`;
    case "Service":
      return `${end.namespace}/svc/${end.name}`;
    case "Node":
      return `node/${end.name}`;
    case "IP":
      return end.ip;
  }
}
