import { describe, expect, test } from "vitest";
import { concludeTrace } from "../../../src/engine/trace/conclude.ts";
import { findEnds } from "../../../src/engine/trace/ends.ts";
import { planTrace } from "../../../src/engine/trace/plan.ts";
import { requestCapture } from "../../../src/engine/trace/request-capture.ts";
import type { Capture, Captures } from "../../../src/model/capture.ts";
import type { Flow } from "../../../src/model/flow.ts";
import { known } from "../../../src/model/learned.ts";
import type { TraceQuestion, TraceReport } from "../../../src/model/trace.ts";
import { readSnapshot } from "../../../src/read/facts.ts";
import { loadCase } from "../../support/case/load-case.ts";

const takenAt = "2026-11-21T12:00:00.000Z";
const question: TraceQuestion = {
  from: "web-1",
  to: "web-2",
  namespace: "shop",
  port: 8080,
  protocol: "tcp",
  family: null,
};
const capture = (id: string, text: string): Capture => ({ id, command: "", takenAt, result: known(text) });

const connected =
  'TRY 0 2026/11/21 12:00:00.000100 socat[7] N opening character device "/dev/null" for reading|2026/11/21 12:00:00.000200 socat[7] N opening connection to AF=2 10.244.1.7:8080|2026/11/21 12:00:00.000700 socat[7] N successfully connected from local address AF=2 10.244.0.5:43210|';
const silent = "TRY 124 \nTRY 124 \nTRY 124 ";
const large = "TRY 0 1458 bytes from 10.244.1.7: icmp_seq=1 ttl=62 time=0.5 ms|";
const direct =
  "TRY 0\ntcp 6 118 TIME_WAIT src=10.244.0.5 dst=10.244.1.7 sport=43210 dport=8080 src=10.244.1.7 dst=10.244.0.5 sport=8080 dport=43210 [ASSURED] mark=0 use=1";
const translated =
  "TRY 0\ntcp 6 118 TIME_WAIT src=10.244.0.5 dst=10.244.1.7 sport=43210 dport=8080 src=10.244.1.7 dst=192.168.100.11 sport=8080 dport=61000 [ASSURED] mark=0 use=1";
const arrivedTranslated =
  "TRY 0\ntcp 6 118 TIME_WAIT src=192.168.100.11 dst=10.244.1.7 sport=61000 dport=8080 src=10.244.1.7 dst=192.168.100.11 sport=8080 dport=61000 [ASSURED] mark=0 use=1";

/** A trace as it would have been collected: each flow's answer by its protocol, and each Node's connection records. */
function traced(
  asked: TraceQuestion,
  answer: (flow: Flow) => string,
  records: Readonly<Record<string, string>> = {},
  name = "healthy-and-nothing-sent",
): TraceReport {
  const base = new Map([...loadCase("engine", name).captures].filter(([id]) => !id.startsWith("probe/")));
  const snapshot = readSnapshot(base);
  const ends = findEnds(snapshot, asked, null);
  if (!ends.known || !snapshot.nodeStates.known) throw new Error("the case has no such ends");
  const flows = planTrace(asked, ends.value, snapshot.nodeStates.value);
  const added = [
    capture("probe/plan", JSON.stringify(flows)),
    ...flows.map((flow) => capture(`probe/${flow.id}`, answer(flow))),
    ...Object.entries(records).map(([node, text]) => capture(`trace/records/${node}`, text)),
    requestCapture({ question: asked, answer: null }, takenAt),
  ];
  const captures: Captures = new Map([...base, ...added.map((one) => [one.id, one] as const)]);
  const report = concludeTrace(captures, asked);
  if (!report.known) throw new Error(report.detail);
  return report.value;
}
const main = (report: TraceReport) => report.flows.find(({ flow }) => flow.purpose === "trace");

describe("a packet that arrives", () => {
  test("passes, in the time that connecting took, and both Nodes' records say whom the other end saw", () => {
    const report = traced(question, (flow) => (flow.purpose === "path-mtu" ? large : connected), {
      node1: direct,
      node2: direct,
    });
    expect(report.verdict).toBe("passes");
    expect(main(report)).toMatchObject({ basis: "packet", outcome: "passes (0.5 ms)" });
    expect(main(report)?.clientSeen).toEqual({ known: true, value: "10.244.0.5:43210" });
    expect(report.flows.find(({ flow }) => flow.purpose === "path-mtu")?.outcome).toBe("1450 bytes pass");
  });

  test("is followed through a translation by its new address and port", () => {
    const report = traced(question, (flow) => (flow.purpose === "path-mtu" ? large : connected), {
      node1: translated,
      node2: arrivedTranslated,
    });
    expect(main(report)?.clientSeen).toEqual({ known: true, value: "192.168.100.11:61000" });
  });

  test.each([
    ["the sender's Node has no record", { node1: "TRY 0", node2: direct }, /Node node1 holds no record/],
    ["the records were not read", { node1: direct }, /records of Node node2 were not read/],
    [
      "there is no tool",
      { node1: "TRY 127 no conntrack in the image", node2: direct },
      /node1 could not be read: no conntrack/,
    ],
  ])("is not said to be seen where %s", (_, records, message) => {
    const seen = main(
      traced(question, (flow) => (flow.purpose === "path-mtu" ? large : connected), records),
    )?.clientSeen;
    expect(seen?.known === false ? seen.detail : "").toMatch(message);
  });

  test("outranks a prediction that it stops: no finding, and the disagreement is recorded", () => {
    const report = traced(
      question,
      (flow) => (flow.purpose === "path-mtu" ? large : connected),
      {},
      "prediction-contradicted",
    );
    expect(report.verdict).toBe("passes");
    expect(report.findings).toEqual([]);
    expect(report.disagreements.map(({ predicted }) => predicted)).toContain("stopped: wrong-route");
  });
});

describe("a packet that gets no answer", () => {
  const answer = (flow: Flow): string => (flow.purpose === "path-mtu" ? large : silent);

  test("and is predicted to pass: the state that was read does not explain it", () => {
    const report = traced(question, answer);
    expect(report.verdict).toBe("fails");
    expect(main(report)?.outcome).toBe("gets no answer (3 tries); the state that was read does not explain it");
    expect(report.findings.map(({ id }) => id)).toEqual(["traffic-failing-unexplained"]);
  });

  test("where it is predicted to stop: proven", () => {
    const report = traced(
      question,
      (flow) => (flow.purpose === "path-mtu" ? silent : silent),
      {},
      "prediction-contradicted",
    );
    expect(main(report)).toMatchObject({ verdict: "fails", basis: "packet" });
    expect(main(report)?.outcome).toMatch(/^dies on node1/);
    expect(report.findings[0]).toMatchObject({ id: "pod-cidr-route-missing", confidence: "proven" });
  });

  test("over UDP tells nothing by itself, unless the other Node has seen it", () => {
    const udp: TraceQuestion = { ...question, protocol: "udp" };
    const said = connected.replace("TRY 0", "TRY 1");
    const port = (text: string): string =>
      text.replaceAll("tcp 6 118 TIME_WAIT", "udp 17 25").replaceAll("[ASSURED]", "");
    const alone = traced(udp, (flow) => (flow.purpose === "path-mtu" ? large : `${said}answer 0 bytes|`));
    expect(main(alone)?.basis).toBe("prediction");
    const seen = traced(udp, (flow) => (flow.purpose === "path-mtu" ? large : `${said}answer 0 bytes|`), {
      node1: port(direct),
      node2: port(direct),
    });
    expect(main(seen)).toMatchObject({ verdict: "passes", basis: "packet" });
    expect(main(seen)?.outcome).toMatch(/^reaches node2; no answer came/);
  });
});

test("large packets that vanish while small ones pass make the trace fail, with the sizes", () => {
  const lost =
    "TRY 1 1 packets transmitted, 0 received, 100% packet loss|\nTRY 1 100% packet loss|\nTRY 0 time=0.4 ms|\nTRY 0 passes 1400|";
  const report = traced(question, (flow) => (flow.purpose === "path-mtu" ? lost : connected), {
    node1: direct,
    node2: direct,
  });
  expect(report.verdict).toBe("fails");
  expect(report.flows[0]?.outcome).toMatch(/^1450 bytes are lost, 1400 bytes pass/);
  expect(report.findings.map(({ id }) => id)).toContain("path-mtu-black-hole");
});
