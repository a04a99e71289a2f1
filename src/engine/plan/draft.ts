import type { DnsQuestion, Flow, FlowEnd, FlowPurpose, Protocol } from "../../model/flow.ts";
import { isOwnEnd } from "../../model/flow-end.ts";
import type { Pod, Service } from "../../model/kubernetes.ts";
import { isRunNamespace } from "../../model/run-namespace.ts";

interface Draft {
  readonly purpose: FlowPurpose;
  readonly from: FlowEnd;
  readonly to: FlowEnd;
  readonly protocol: Protocol;
  readonly port?: number;
  readonly packetBytes?: number;
  readonly dns?: DnsQuestion;
}
/** A flow with its id, which is the same in every run of the same cluster. */
export function flow(draft: Draft): Flow {
  const { purpose, from, to, protocol, port = null, packetBytes = null, dns = null } = draft;
  const detail = dns === null ? "" : ` ${dns.type} ${withoutRun(dns.name)}`;
  return {
    id: `${purpose} ${endName(from)} to ${endName(to)} ${protocol}${port === null ? "" : `/${port}`}${detail}`,
    purpose,
    from,
    to,
    protocol,
    port,
    packetBytes,
    dns,
  };
}
/** Runs have random names; leaving them out keeps flow ids the same between runs. */
function withoutRun(name: string): string {
  return name
    .split(".")
    .map((label) => (isRunNamespace(label) ? "RUN" : label))
    .join(".");
}
function endName(end: FlowEnd): string {
  switch (end.kind) {
    case "Pod":
      return isOwnEnd(end) ? `probe@${end.node}` : `pod/${end.namespace}/${end.name}`;
    case "Node":
      return `node/${end.name}`;
    case "Service":
      return isOwnEnd(end) ? `svc/${end.name}` : `svc/${end.namespace}/${end.name}`;
    case "IP":
      return end.ip;
  }
}

export const podEnd = (pod: Pod, ip = pod.ips[0] ?? ""): FlowEnd => ({
  kind: "Pod",
  namespace: pod.namespace,
  name: pod.name,
  node: pod.node,
  ip,
  hostNetwork: pod.hostNetwork,
});
export const serviceEnd = (service: Service, ip: string): FlowEnd => ({
  kind: "Service",
  namespace: service.namespace,
  name: service.name,
  ip,
});
