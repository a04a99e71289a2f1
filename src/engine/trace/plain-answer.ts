import type { Ranges } from "../../model/ranges.ts";
import type { ReportedFinding } from "../../model/report.ts";
import type { TracedFlow } from "../../model/trace.ts";
import { whySilent } from "./end-state.ts";
import type { Inventory } from "./inventory.ts";
import { nobodys } from "./stranger.ts";
import { leavesTheCluster } from "./verdict.ts";

/** Where an end can take no packet, or nobody has the address that a flow fails to, that is the answer, whatever was seen of the packet. */
export function plainAnswer(flow: TracedFlow, inventory: Inventory, ranges: Ranges | null): TracedFlow {
  const silent = silence(flow, inventory);
  if (silent !== null) return { ...flow, verdict: "fails", outcome: `fails: ${silent}` };
  const stranger = flow.verdict === "passes" ? null : nobodys(flow.flow.to, inventory, ranges);
  if (stranger === null) return flow;
  const stops = flow.outcome.endsWith(`: nobody has ${flow.flow.to.ip}`);
  const before = stops
    ? flow.outcome.replace(/: nobody has .*$/, "")
    : flow.outcome.replace(/[;:] (?:the|where|it) .*$/, "");
  return { ...flow, outcome: `${before}: ${stranger}` };
}

const silence = ({ flow }: TracedFlow, inventory: Inventory): string | null =>
  whySilent(flow.to, inventory) ?? whySilent(flow.from, inventory);

const vague = ["traffic-failing-unexplained", "packet-lost-on-node"];

/**
 * That a failure is unexplained, or that a packet is lost: less than the trace itself says of every flow it is about. And kube-proxy's own
 * rules drop what is for an address of the Service range that no Service has (pkg/proxy/nftables, cluster-ips-check): they are right.
 */
export function isToldBetter(
  { id, params, explains }: ReportedFinding,
  flows: readonly TracedFlow[],
  inventory: Inventory,
  ranges: Ranges | null,
): boolean {
  const byKubeProxy = id === "packet-dropped-by-rule" && / kube-proxy$/.test(String(params.table));
  if (!vague.includes(id) && !byKubeProxy) return false;
  const isToldOf = (flow: TracedFlow): boolean =>
    byKubeProxy ? nobodys(flow.flow.to, inventory, ranges) !== null : isTold(flow, inventory, ranges);
  const told = new Set(flows.filter(isToldOf).map(({ flow }) => flow.id));
  return explains.every((flow) => told.has(flow));
}

function isTold(traced: TracedFlow, inventory: Inventory, ranges: Ranges | null): boolean {
  const { flow, predicted, observed } = traced;
  return (
    predicted.some(({ stop }) => stop !== null) ||
    predicted.some(({ hops }) => hops.some(leavesTheCluster)) ||
    (observed.known && observed.value.outcome === "nxdomain") ||
    silence(traced, inventory) !== null ||
    nobodys(flow.to, inventory, ranges) !== null
  );
}
