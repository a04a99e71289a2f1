import type { Flow, ProbeOutcome, ProbeResult } from "../../model/flow.ts";
import { known, type Learned, unknown } from "../../model/learned.ts";
import { parseAddress } from "../../net/cidr.ts";
import { readDig } from "./dig.ts";
import { readSaid } from "./said.ts";

/** One try of probe.sh: its exit code and everything it printed, line ends as "|". */
interface Try {
  readonly code: number;
  readonly output: string;
}

const between = "AGAIN";

/** The answers of probe.sh to a probe that was sent in two rounds, as one text. */
export const joinRounds = (first: string, second: string): string => `${first.trimEnd()}\n${between}\n${second}`;

/**
 * The answer of probe.sh to one probe, one round or two → what became of the flow: any answer tells more than silence, and every
 * try is counted. Never throws; an image without the tool is unknown, not a failure.
 */
export function readProbe(flow: Flow, captured: Learned<string>): Learned<ProbeResult> {
  if (!captured.known) return captured;
  const [first = "", second] = captured.value.split(`\n${between}\n`);
  const read = readRound(flow, first);
  const later = second === undefined ? null : readRound(flow, second);
  if (!read.known || later === null || !later.known) return read;
  return known({
    ...(silent(later.value) ? read.value : later.value),
    sent: read.value.sent + later.value.sent,
    succeeded: read.value.succeeded + later.value.succeeded,
  });
}

/** Nothing came back: of the small packet, or of the large one only. */
export const silent = ({ outcome }: ProbeResult): boolean => ["timeout", "failed", "lost-large"].includes(outcome);

function readRound(flow: Flow, text: string): Learned<ProbeResult> {
  const tries = text.split("\n").flatMap((line): Try[] => {
    const match = /^TRY (\d+) ?(.*)$/.exec(line);
    return match === null ? [] : [{ code: Number(match[1]), output: match[2] ?? "" }];
  });
  const first = tries[0];
  if (first === undefined) return unknown("unparsable", "the probe left no line");
  if (first.code === 127) return unknown("no-tool", first.output);
  if (first.code === 64 || first.code === 66) return unknown("failed", first.output);
  if (flow.protocol === "sctp" && /protocol not supported/i.test(first.output)) {
    return unknown("no-tool", "the kernel of the sender's Node has no SCTP");
  }
  if (flow.dns !== null) return known(asked(flow, readDig(tries, flow.dns)));
  if (flow.purpose === "path-mtu") return known(pathMtu(flow, tries));
  const result = exchange(flow, tries);
  return isSilence(flow, result)
    ? unknown("not-collected", "no answer came, and a UDP server need not answer")
    : known(result);
}

/** A trace asks a DNS server to see an answer come back, whatever it says. */
function asked(flow: Flow, result: ProbeResult): ProbeResult {
  const answered = ["nxdomain", "servfail", "query-refused", "no-data"].includes(result.outcome);
  return flow.purpose === "trace" && answered ? { ...result, outcome: "ok" } : result;
}

/** The probe server of a run always answers; another one may have nothing to say. */
const isSilence = ({ purpose, protocol }: Flow, { outcome }: ProbeResult): boolean =>
  purpose === "trace" && protocol === "udp" && (outcome === "timeout" || outcome === "failed");

function exchange({ protocol }: Flow, tries: readonly Try[]): ProbeResult {
  const good = tries.filter(({ code, output }) => code === 0 || reached(output));
  const last = tries.at(-1) ?? { code: 1, output: "" };
  const best = good[0];
  return {
    outcome: best === undefined ? failureOf(last) : "ok",
    sent: tries.length,
    succeeded: good.length,
    medianMs:
      best === undefined
        ? null
        : (milliseconds(best.output) ?? (protocol === "udp" ? null : (readSaid(best.output)?.milliseconds ?? null))),
    clientSeen: best === undefined ? null : client(best.output),
    largestBytes: null,
    answers: [],
    detail: best === undefined ? lastMessage(last.output) : "",
  };
}

/** `reach` counts any TCP answer of the address as reached; probe.sh ends it with 0. */
const reached = (output: string): boolean => /(^|\|)client [^|\s]/.test(output);

/** socat writes IPv6 addresses out in full and in brackets (xio-ip6.c, xiosetsockaddrenv_ip6); the API has them short. */
function client(output: string): string | null {
  const seen = /(?:^|\|)client ([^|\s]+)(?:\||$)/.exec(output)?.[1]?.replace(/^\[(.*)\]$/, "$1");
  return seen === undefined ? null : (parseAddress(seen)?.text ?? seen);
}
function milliseconds(output: string): number | null {
  const time = /time[=<]([\d.]+) ?ms/.exec(output)?.[1];
  return time === undefined ? null : Number(time);
}

/** strerror(3) and ICMP wordings of socat, ping and dig, most telling first. */
const wordings: readonly (readonly [RegExp, ProbeOutcome])[] = [
  [/message too long|frag(mentation)? needed|packet too big/i, "too-big"],
  [/prohibited|filtered|permission denied|operation not permitted/i, "prohibited"],
  [/connection refused|port unreachable/i, "refused"],
  [/connection reset/i, "reset"],
  [/network is unreachable|net(work)? unreachable|unreachable: no route/i, "no-network"],
  [/no route to host|host unreachable|address unreachable/i, "no-route"],
  [/timed? ?out|100% packet loss/i, "timeout"],
];
function failureOf({ code, output }: Try): ProbeOutcome {
  for (const [pattern, outcome] of wordings) if (pattern.test(output)) return outcome;
  return code === 124 || code === 143 ? "timeout" : "failed";
}

function lastMessage(output: string): string {
  const lines = output
    .split("|")
    .filter((line) => !/^[\d/]+ [\d:.]+ socat\[\d+\] (N |. exiting on signal)/.test(line))
    .map((line) => line.replace(/^[\d/]+ [\d:.]+ socat\[\d+\] [A-Z] /, "").trim())
    .filter((line) => line !== "" && !/^(---|rtt |PING )/.test(line));
  const telling = lines.find((line) =>
    /refused|unreachable|route|timed? ?out|prohibited|filtered|denied|not permitted|too (long|big)|frag|loss/i.test(
      line,
    ),
  );
  return (telling ?? lines.at(-1) ?? "").slice(0, 300);
}

/** Tries in order: full size twice, then 200 bytes, then a list of the sizes that pass (probe.sh, path_mtu). */
function pathMtu(flow: Flow, tries: readonly Try[]): ProbeResult {
  const [full, again, small, sizes] = tries;
  const base = { sent: tries.length, clientSeen: null, answers: [] };
  const passed = [full, again].find((attempt) => attempt?.code === 0);
  if (passed !== undefined) {
    return {
      ...base,
      outcome: "ok",
      succeeded: 1,
      medianMs: milliseconds(passed.output),
      largestBytes: flow.packetBytes,
      detail: "",
    };
  }
  const last = again ?? full ?? { code: 1, output: "" };
  if (small?.code !== 0) {
    return {
      ...base,
      outcome: failureOf(small ?? last),
      succeeded: 0,
      medianMs: null,
      largestBytes: null,
      detail: lastMessage((small ?? last).output),
    };
  }
  const passing = [...(sizes?.output ?? "").matchAll(/passes (\d+)/g)].map((match) => Number(match[1]));
  const said = failureOf(last);
  return {
    ...base,
    outcome: said === "too-big" ? "too-big" : "lost-large",
    succeeded: 0,
    medianMs: milliseconds(small.output),
    largestBytes: passing.length === 0 ? 200 : Math.max(...passing),
    detail: lastMessage(last.output),
  };
}
