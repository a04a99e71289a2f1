import * as v from "valibot";
import type { Captures } from "../../model/capture.ts";
import type { Flow, FlowResult } from "../../model/flow.ts";
import { known, type Learned, unknown } from "../../model/learned.ts";
import { readProbe } from "./probe-result.ts";

const text = v.string();
const endSchema = v.variant("kind", [
  v.object({ kind: v.literal("Pod"), namespace: text, name: text, node: text, ip: text, hostNetwork: v.boolean() }),
  v.object({ kind: v.literal("Node"), name: text, ip: text }),
  v.object({ kind: v.literal("Service"), namespace: text, name: text, ip: text }),
  v.object({ kind: v.literal("IP"), ip: text }),
]);
const purposes = [
  "pod-to-pod",
  "node-to-pod",
  "pod-to-node",
  "pod-to-service",
  "pod-to-endpoint",
  "hairpin",
  "node-port",
  "host-port",
  "external-name",
  "api-server",
  "path-mtu",
  "egress",
  "dns",
  "trace",
] as const;
const flowSchema = v.object({
  id: text,
  purpose: v.picklist(purposes),
  from: endSchema,
  to: endSchema,
  protocol: v.picklist(["tcp", "udp", "icmp", "sctp"]),
  port: v.nullable(v.number()),
  packetBytes: v.nullable(v.number()),
  dns: v.nullable(v.object({ name: text, type: v.picklist(["A", "AAAA", "SRV", "PTR", "NS"]) })),
});

/** The flows of `probe/plan` with what each probe answered; `predicted` is left for the walk. */
export function readFlows(captures: Captures): Learned<readonly FlowResult[]> {
  const plan = captures.get("probe/plan");
  if (plan === undefined) return unknown("not-collected", "no probe was sent");
  if (!plan.result.known) return plan.result;
  const parsed = v.safeParse(v.array(flowSchema), parseJson(plan.result.value));
  if (!parsed.success) return unknown("unparsable", "the list of probes in this bundle is not one");
  return known(
    parsed.output.map((flow: Flow) => ({
      flow,
      predicted: [],
      observed: readProbe(flow, captures.get(`probe/${flow.id}`)?.result ?? unknown("not-collected", "not sent")),
    })),
  );
}

function parseJson(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return null;
  }
}
