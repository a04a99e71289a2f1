import { load } from "js-yaml";
import * as v from "valibot";
import type { Capture } from "../../../src/model/capture.ts";
import type { Snapshot } from "../../../src/model/facts.ts";
import type { Flow, FlowEnd } from "../../../src/model/flow.ts";
import { unknown } from "../../../src/model/learned.ts";
import { purposeSchema, questionSchema } from "../../../src/read/probe/flow-schema.ts";
import { captured, takenAt } from "./manifests.ts";
import { outcomes, probeText } from "./probe-text.ts";

/**
 * flows.yaml: what was probed and what came of it.
 *   - {from: Pod shop/web-1, to: Pod shop/web-2, protocol: tcp, port: 8080, outcome: timeout}
 * An end is "Pod ns/name", "Node name", "Service ns/name" or an address. Without an outcome the flow was planned and not sent.
 */
const entry = v.strictObject({
  from: v.string(),
  to: v.string(),
  protocol: v.optional(v.picklist(["tcp", "udp", "icmp"]), "tcp"),
  port: v.optional(v.number()),
  purpose: v.optional(purposeSchema),
  packetBytes: v.optional(v.number()),
  passes: v.optional(v.number()),
  client: v.optional(v.string()),
  dns: v.optional(v.strictObject(questionSchema.entries)),
  outcome: v.optional(v.picklist(outcomes)),
});
type Entry = v.InferOutput<typeof entry>;
type Objects = Pick<Snapshot, "nodes" | "pods" | "services">;

/** The plan and the answer to each probe, as the collector leaves them. Throws where an end is not among the objects. */
export function probeCaptures(yaml: string, objects: Objects): readonly Capture[] {
  const planned = v.parse(v.array(entry), load(yaml)).map((one) => ({ one, flow: flowOf(one, objects) }));
  const answers = planned.map(({ one, flow }): Capture => {
    const id = `probe/${flow.id}`;
    if (one.outcome === undefined) return { id, command: "", takenAt, result: unknown("not-collected", "not sent") };
    return captured(id, probeText(flow, one.outcome, one.passes ?? 1400, one.client));
  });
  return [captured("probe/plan", JSON.stringify(planned.map(({ flow }) => flow))), ...answers];
}

function flowOf(one: Entry, objects: Objects): Flow {
  const from = endOf(one.from, objects);
  const to = endOf(one.to, objects);
  const purpose =
    one.purpose ??
    (one.dns !== undefined
      ? "dns"
      : to.kind === "Service"
        ? "pod-to-service"
        : from.kind === "Node"
          ? "node-to-pod"
          : "pod-to-pod");
  const port = one.port ?? null;
  const asked = one.dns === undefined ? "" : ` ${one.dns.type} ${one.dns.name}`;
  const id = `${purpose} ${one.from} to ${one.to} ${one.protocol}${port === null ? "" : `/${port}`}${asked}`;
  return {
    id,
    purpose,
    from,
    to,
    protocol: one.protocol,
    port,
    packetBytes: one.packetBytes ?? null,
    dns: one.dns ?? null,
  };
}

function endOf(text: string, { nodes, pods, services }: Objects): FlowEnd {
  const [kind = "", path = ""] = text.split(" ");
  const [namespace = "", name = ""] = path.split("/");
  const is = (object: { readonly namespace: string; readonly name: string }) =>
    object.namespace === namespace && object.name === name;
  const pod = pods.known && kind === "Pod" ? pods.value.find(is) : undefined;
  if (pod !== undefined)
    return { kind: "Pod", namespace, name, node: pod.node, ip: pod.ips[0] ?? "", hostNetwork: pod.hostNetwork };
  const service = services.known && kind === "Service" ? services.value.find(is) : undefined;
  if (service !== undefined) return { kind: "Service", namespace, name, ip: service.clusterIPs[0] ?? "" };
  const node = nodes.known && kind === "Node" ? nodes.value.find((one) => one.name === path) : undefined;
  if (node !== undefined) return { kind: "Node", name: node.name, ip: node.internalIPs[0] ?? "" };
  if (path === "" && kind !== "") return { kind: "IP", ip: kind };
  throw new Error(`flows.yaml: there is no ${text}`);
}
