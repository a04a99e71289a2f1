import type { Flow, FlowEnd, FlowResult } from "../model/flow.ts";
import { succeeded } from "../model/flow-outcome.ts";
import { millisecondsText, reasonWords } from "./wording.ts";

/** "Pod shop/cart-0", "Node node3", "Service kube-system/kube-dns", "192.0.2.1" */
export function flowEndName(end: FlowEnd): string {
  if (end.kind === "IP") return end.ip;
  return end.kind === "Node" ? `Node ${end.name}` : `${end.kind} ${end.namespace}/${end.name}`;
}

/** The Node that a flow starts on; its address where it starts on none. */
export function flowNode(end: FlowEnd): string {
  if (end.kind === "Pod") return end.node;
  return end.kind === "Node" ? end.name : flowEndName(end);
}

/** "Pod shop/cart-0 10.244.2.4 TCP 8080" */
export function flowTarget({ to, protocol, port }: Flow): string {
  const where = to.kind === "IP" ? to.ip : `${flowEndName(to)} ${to.ip}`;
  return `${where} ${protocol.toUpperCase()}${port === null ? "" : ` ${port}`}`;
}

/** A packet failed; where none was sent, every predicted way is stopped. */
export function isFailed({ flow, observed, predicted }: FlowResult): boolean {
  if (observed.known) return !succeeded(flow, observed.value);
  return predicted.length > 0 && predicted.every(({ verdict }) => verdict === "stopped");
}

export function observedText({ flow, observed }: FlowResult): string {
  if (!observed.known) return `not sent: ${observed.detail === "" ? reasonWords(observed.reason) : observed.detail}`;
  const { outcome, sent, succeeded: passed, medianMs } = observed.value;
  if (outcome === "ok") return medianMs === null ? "ok" : `ok ${millisecondsText(medianMs)}`;
  // A DNS server's answer, whatever it says, is one.
  return `${outcome}, ${passed} of ${sent} ${flow.dns === null ? "passed" : "answered"}`;
}

/** "passes", "stopped: dropped-by-rule on node3", "unknown: …"; of several ways the worst one. */
export function predictedText({ predicted }: FlowResult): string {
  const stopped = predicted.find(({ verdict }) => verdict === "stopped");
  const open = predicted.find(({ verdict }) => verdict === "unknown");
  if (stopped?.stop) return `stopped: ${stopped.stop.kind}${"node" in stopped.stop ? ` on ${stopped.stop.node}` : ""}`;
  if (stopped !== undefined) return "stopped";
  if (open !== undefined) return open.unknown === null ? "unknown" : `unknown: ${open.unknown}`;
  return predicted.length === 0 ? "not predicted" : "passes";
}
