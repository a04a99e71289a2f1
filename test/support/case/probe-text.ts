import type { Flow, ProbeOutcome } from "../../../src/model/flow.ts";

export const outcomes = [
  "ok",
  "refused",
  "reset",
  "timeout",
  "no-route",
  "no-network",
  "prohibited",
  "too-big",
  "lost-large",
  "nxdomain",
  "servfail",
  "query-refused",
  "no-data",
  "failed",
] as const satisfies readonly ProbeOutcome[];
export type RecordedOutcome = (typeof outcomes)[number];

/** As socat, ping and dig said it in the lab, line ends as "|". */
const socat: Readonly<Partial<Record<RecordedOutcome, string>>> = {
  refused: "socat E connect(): Connection refused",
  reset: "socat E read(): Connection reset by peer",
  timeout: "socat E connect(): Connection timed out",
  "no-route": "socat E connect(): No route to host",
  "no-network": "socat E connect(): Network is unreachable",
  prohibited: "socat E connect(): Permission denied",
  "too-big": "ping: local error: message too long, mtu=1400",
  failed: "socat E unknown host",
};
const rcodes: Readonly<Partial<Record<RecordedOutcome, string>>> = {
  ok: "NOERROR",
  "no-data": "NOERROR",
  nxdomain: "NXDOMAIN",
  servfail: "SERVFAIL",
  "query-refused": "REFUSED",
};

/**
 * What probe.sh prints for a flow that ends so. `passes` = the largest packet that gets through, for path-mtu flows; `client` = the
 * address that the server saw, where it is not the sender's.
 */
export function probeText(flow: Flow, outcome: RecordedOutcome, passes: number, client = flow.from.ip): string {
  if (flow.dns !== null) return digText(flow.dns.name, flow.dns.type, outcome);
  if (flow.purpose === "path-mtu") return mtuText(outcome, passes);
  if (outcome === "ok") return `TRY 0 client ${client}\n`;
  const said =
    flow.protocol === "icmp" && outcome === "timeout"
      ? "1 packets transmitted, 0 received, 100% packet loss"
      : socat[outcome];
  if (said === undefined) throw new Error(`a ${flow.protocol} probe does not end in ${outcome}`);
  return `TRY 1 ${said}\n`.repeat(3);
}

function digText(name: string, type: string, outcome: RecordedOutcome): string {
  const rcode = rcodes[outcome];
  if (rcode === undefined) {
    const said = outcome === "refused" ? "connection refused" : "connection timed out; no servers could be reached";
    return `TRY 9 ;; ${said}\n`.repeat(3);
  }
  const answer = outcome === "ok" ? `;; ANSWER SECTION:|${name}\t5\tIN\t${type}\t10.96.0.1|` : "";
  return `TRY 0 ;; ->>HEADER<<- opcode: QUERY, status: ${rcode}, id: 1|${answer};; Query time: 0 msec\n`;
}

function mtuText(outcome: RecordedOutcome, passes: number): string {
  if (outcome === "ok") return "TRY 0 64 bytes from peer: icmp_seq=1 ttl=62 time=0.1 ms\n";
  const lost = "TRY 1 1 packets transmitted, 0 received, 100% packet loss\n";
  if (outcome === "timeout") return lost.repeat(3);
  const full = outcome === "too-big" ? `TRY 1 ${socat["too-big"]}\n` : lost;
  return `${full.repeat(2)}TRY 0 208 bytes from peer: icmp_seq=1 ttl=62 time=0.1 ms\nTRY 0 passes ${passes}|passes 576\n`;
}
