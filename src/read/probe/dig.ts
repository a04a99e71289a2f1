import type { DnsQuestion, ProbeOutcome, ProbeResult } from "../../model/flow.ts";

const rcodes: Readonly<Record<string, ProbeOutcome>> = {
  NOERROR: "ok",
  NXDOMAIN: "nxdomain",
  SERVFAIL: "servfail",
  REFUSED: "query-refused",
};

/** Why no answer came, most telling first: dig ends with "no servers could be reached" whatever the reason. */
const silences: readonly (readonly [RegExp, ProbeOutcome])[] = [
  [/connection refused/i, "refused"],
  [/network unreachable/i, "no-network"],
  [/host unreachable|no route/i, "no-route"],
  [/timed out|no servers could be reached/, "timeout"],
];

/** What `dig +comments +answer +stats` printed (line ends as "|") → the RCODE, the answers' data and the query time. */
export function readDig(
  tries: readonly { readonly code: number; readonly output: string }[],
  question: DnsQuestion,
): ProbeResult {
  const answered = tries.filter(({ output }) => /status: [A-Z]+/.test(output));
  const best = answered[0];
  const last = tries.at(-1)?.output ?? "";
  if (best === undefined) {
    const outcome = silences.find(([pattern]) => pattern.test(last))?.[1] ?? "failed";
    return result(outcome, tries.length, 0, {
      detail:
        last
          .split("|")
          .find((line) => /error|timed out|unreachable|reached/.test(line))
          ?.replace(/^;+ */, "") ?? last.slice(0, 200),
    });
  }
  const status = /status: ([A-Z]+)/.exec(best.output)?.[1] ?? "";
  const answers = answersOf(best.output, question.type);
  const rcode = rcodes[status] ?? "failed";
  const time = /Query time: (\d+) msec/.exec(best.output)?.[1];
  return result(rcode === "ok" && answers.length === 0 ? "no-data" : rcode, tries.length, answered.length, {
    medianMs: time === undefined ? null : Number(time),
    answers,
    detail: rcode === "ok" ? "" : `status ${status}`,
  });
}

function result(outcome: ProbeOutcome, sent: number, succeeded: number, rest: Partial<ProbeResult>): ProbeResult {
  return {
    outcome,
    sent,
    succeeded,
    medianMs: null,
    clientSeen: null,
    largestBytes: null,
    answers: [],
    detail: "",
    ...rest,
  };
}

function answersOf(output: string, type: string): readonly string[] {
  return output.split("|").flatMap((line) => {
    const record = /^\S+\s+\d+\s+IN\s+([A-Z]+)\s+(.+)$/.exec(line.trim());
    return record !== null && record[1] === type ? [record[2] ?? ""] : [];
  });
}
