import type { DnsQuestion, Flow, FlowEnd, FlowPurpose, Protocol } from "../../model/flow.ts";
import type { Pod, Service } from "../../model/kubernetes.ts";

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
  const detail = dns === null ? "" : ` ${dns.type} ${dns.name.replace(/netdoctor-[a-z0-9]+\.svc/, "RUN.svc")}`;
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
function endName(end: FlowEnd): string {
  switch (end.kind) {
    case "Pod":
      return isProbe(end) ? `probe@${end.node}` : `pod/${end.namespace}/${end.name}`;
    case "Node":
      return `node/${end.name}`;
    case "Service":
      return isProbe(end) ? `svc/${end.name}` : `svc/${end.namespace}/${end.name}`;
    case "IP":
      return end.ip;
  }
}
/** Runs have random names; leaving them out keeps flow ids the same between runs. */
const isProbe = (end: { readonly namespace: string }): boolean => /^netdoctor-[a-z0-9]+$/.test(end.namespace);

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
