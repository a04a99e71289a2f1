import type { Flow, FlowEnd, FlowResult, Hop, ProbeResult, Walk } from "../../model/flow.ts";
import { succeeded } from "../../model/flow-outcome.ts";
import type { TracedFlow, TraceVerdict } from "../../model/trace.ts";
import { stopText } from "./stop-text.ts";

export interface Judged {
  readonly verdict: TraceVerdict;
  readonly basis: TracedFlow["basis"];
  readonly outcome: string;
}

/** The packet decides; the prediction says where, or answers for a packet that was not sent or told nothing. `arrived`: a silent server's Node holds a record of it. */
export function judge({ flow, predicted, observed }: FlowResult, arrived: string | null): Judged {
  if (!observed.known) return arrived === null ? byPrediction(predicted, observed.detail) : arrival(arrived);
  const result = observed.value;
  if (succeeded(flow, result)) {
    const outcome = `${passing(flow, result)}${takenBySender(flow, predicted)}`;
    return { verdict: "passes", basis: "packet", outcome };
  }
  return { verdict: "fails", basis: "packet", outcome: failing(flow, predicted, result) };
}

const arrival = (node: string): Judged => ({
  verdict: "passes",
  basis: "packet",
  outcome: `reaches ${node}; no answer came, and a UDP server need not answer`,
});

function passing(
  { purpose, packetBytes }: Flow,
  { outcome, medianMs, largestBytes, sent, succeeded: good }: ProbeResult,
): string {
  if (purpose === "path-mtu") {
    return outcome === "too-big"
      ? `${packetBytes} bytes are refused and the sender is told: ${largestBytes} bytes pass`
      : `${packetBytes} bytes pass`;
  }
  const time =
    medianMs === null ? "" : ` (${medianMs < 10 ? Math.round(medianMs * 10) / 10 : Math.round(medianMs)} ms)`;
  return `passes${time}${good < sent ? `, at try ${sent - good + 1}` : ""}`;
}

/** A sidecar took it: that it answers says nothing of who was meant. */
function takenBySender({ from }: Flow, predicted: readonly Walk[]): string {
  const sender = from.kind === "Pod" ? `${from.namespace}/${from.name}` : "";
  const own = predicted.map(({ hops }) =>
    hops.find(({ pod, direction, action }) => pod === sender && direction !== "reply" && isRedirect(action)),
  );
  const [first] = own;
  return first === undefined || own.includes(undefined)
    ? ""
    : `, no further than the sender's own proxy: ${first.action}, by a rule of that Pod`;
}
const isRedirect = (action: string): boolean => action.startsWith("redirect to ");

function failing(flow: Flow, predicted: readonly Walk[], result: ProbeResult): string {
  const stop = predicted.find(({ stop: found }) => found !== null)?.stop;
  if (stop !== undefined && stop !== null) return `dies ${stopText(stop)}`.replace("dies :", "fails:");
  const how = howItFails(flow, result);
  if (result.outcome === "nxdomain") return how;
  const open = predicted.find(({ verdict }) => verdict === "unknown");
  if (open !== undefined) return `${how}; where cannot be told from the state that was read: ${open.unknown ?? ""}`;
  if (predicted.length === 0) return how;
  const left = predicted.every(({ hops }) => hops.some(leavesTheCluster)) ? wayOut(predicted) : null;
  return left === null
    ? `${how}; the state that was read does not explain it`
    : `${how}; it ${left}, and what is beyond was not read`;
}

/** Beyond this hop nothing is read. */
export const leavesTheCluster = ({ action, direction }: Hop): boolean =>
  direction !== "reply" && action.startsWith("leaves the cluster ");
const wayOut = (predicted: readonly Walk[]): string | null =>
  predicted.flatMap(({ hops }) => hops).find(leavesTheCluster)?.action ?? null;

function howItFails({ purpose, packetBytes }: Flow, { outcome, largestBytes, sent }: ProbeResult): string {
  if (purpose === "path-mtu" && outcome === "lost-large")
    return `${packetBytes} bytes are lost, ${largestBytes} bytes pass`;
  const words: Partial<Record<ProbeResult["outcome"], string>> = {
    timeout: `gets no answer (${sent} tries)`,
    refused: "is refused",
    reset: "is reset",
    "no-route": "ends with no route to host",
    "no-network": "ends with network unreachable",
    prohibited: "is prohibited by a firewall that says so",
    "too-big": "is too big",
    nxdomain: "is answered: there is no such name",
  };
  return words[outcome] ?? `fails: ${outcome}`;
}

function byPrediction(predicted: readonly Walk[], reason: string): Judged {
  const basis = "prediction";
  const stopped = predicted.find(({ stop }) => stop !== null);
  const open = predicted.find(({ verdict }) => verdict === "unknown");
  if (stopped?.stop !== undefined && stopped.stop !== null) {
    const some =
      predicted.length > 1
        ? ` (${predicted.filter(({ stop }) => stop !== null).length} of ${predicted.length} ways)`
        : "";
    return {
      verdict: "fails",
      basis,
      outcome: `dies ${stopText(stopped.stop)}${some}, as predicted; ${notProven(reason)}`.replace("dies :", "fails:"),
    };
  }
  if (open !== undefined)
    return { verdict: "unknown", basis, outcome: `cannot be told: ${open.unknown ?? ""}; ${notProven(reason)}` };
  if (predicted.length === 0) return { verdict: "unknown", basis, outcome: `cannot be told; ${notProven(reason)}` };
  const left = wayOut(predicted);
  if (left !== null)
    return { verdict: "unknown", basis, outcome: `${left}; what is beyond was not read; ${notProven(reason)}` };
  return { verdict: "passes", basis, outcome: `passes, as predicted; ${notProven(reason)}` };
}
const notProven = (reason: string): string =>
  reason === "" || reason === "not sent" ? "no packet was sent" : `not proven: ${reason}`;

/** "TCP 8081 from frontend-7d9 (10.244.1.7, node2) to cart-0 (10.244.2.4, node3)" */
export function titleOf({ protocol, port, purpose, packetBytes, dns, from, to }: Flow): string {
  const what =
    purpose === "dns" && dns !== null
      ? `DNS ${dns.type} ${dns.name}`
      : purpose === "path-mtu"
        ? `${packetBytes} bytes`
        : `${protocol.toUpperCase()}${port === null ? "" : ` ${port}`}`;
  return `${what} from ${endText(from)} to ${endText(to)}`;
}
function endText(end: FlowEnd): string {
  switch (end.kind) {
    case "IP":
      return end.ip;
    case "Node":
      return `Node ${end.name} (${end.ip})`;
    case "Service":
      return `Service ${end.name} (${end.ip})`;
    case "Pod":
      return `${end.name} (${end.ip === "" ? "no address" : end.ip}, ${end.node === "" ? "no Node" : end.node})`;
  }
}
