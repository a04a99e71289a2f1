import type { Flow, FlowEnd, FlowResult, Hop, ProbeOutcome, Walk } from "../../src/model/flow.ts";
import { known } from "../../src/model/learned.ts";

/** "node2/web": a Pod of that name on that Node; its address is the same each time. */
export function podOn(at: string, namespace = "shop"): FlowEnd {
  const [node = "", name = ""] = at.split("/");
  return { kind: "Pod", namespace, name, node, ip: `ip-${at}`, hostNetwork: false };
}
export const service = (name: string): FlowEnd => ({ kind: "Service", namespace: "shop", name, ip: `ip-${name}` });

export interface Sample {
  readonly from: FlowEnd;
  readonly to: FlowEnd;
  readonly outcome: ProbeOutcome;
  readonly flow?: Partial<Flow>;
  /** "node1:eth0 wire node2:eth0 node2:cni0 node2/web:eth0": the way there; none = no prediction. */
  readonly way?: string;
}

export function sample({ from, to, outcome, flow = {}, way }: Sample): FlowResult {
  const { protocol = "tcp", port = 8080, purpose = "pod-to-pod" } = flow;
  const name = (end: FlowEnd): string => (end.kind === "IP" ? end.ip : end.name);
  const id = `${purpose} ${name(from)} to ${name(to)} ${protocol}/${port}`;
  const base = { id, purpose, from, to, protocol, port, packetBytes: null, dns: null };
  return {
    flow: { ...base, ...flow },
    predicted: way === undefined ? [] : [walkOf(way, to.ip)],
    observed: known({
      outcome,
      sent: 3,
      succeeded: outcome === "ok" ? 3 : 0,
      medianMs: null,
      clientSeen: null,
      largestBytes: null,
      answers: [],
      detail: "",
    }),
  };
}

function walkOf(way: string, destination: string): Walk {
  const hops = way.split(" ").map((word): Hop => {
    const [place = "", device = ""] = word.split(":");
    const [node = "", pod] = place.split("/");
    const base = { node, device, action: "", verdict: "passes" as const };
    if (word === "wire") return { ...base, node: "", where: "wire" };
    return pod === undefined ? { ...base, where: "node" } : { ...base, where: "pod", pod: `shop/${pod}` };
  });
  return { verdict: "passes", direction: "forward", destination, hops, stop: null, evidence: [], unknown: null };
}
