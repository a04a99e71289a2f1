import * as v from "valibot";

const text = v.string();
const endSchema = v.variant("kind", [
  v.object({ kind: v.literal("Pod"), namespace: text, name: text, node: text, ip: text, hostNetwork: v.boolean() }),
  v.object({ kind: v.literal("Node"), name: text, ip: text }),
  v.object({ kind: v.literal("Service"), namespace: text, name: text, ip: text }),
  v.object({ kind: v.literal("IP"), ip: text }),
]);
/** What a flow is sent for, as plans and cases name it. */
export const purposeSchema = v.picklist([
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
]);
/** A DNS question. */
export const questionSchema = v.object({ name: text, type: v.picklist(["A", "AAAA", "SRV", "PTR", "NS"]) });

/** One flow as `probe/plan` holds it. */
export const flowSchema = v.object({
  id: text,
  purpose: purposeSchema,
  from: endSchema,
  to: endSchema,
  protocol: v.picklist(["tcp", "udp", "icmp", "sctp"]),
  port: v.nullable(v.number()),
  packetBytes: v.nullable(v.number()),
  dns: v.nullable(questionSchema),
});
