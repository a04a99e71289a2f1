import { describe, expect, test } from "vitest";
import { concludeTrace } from "../../../src/engine/trace/conclude.ts";
import { traceExitCode } from "../../../src/engine/trace/exit-code.ts";
import type { TraceQuestion, TraceReport } from "../../../src/model/trace.ts";
import { loadCase } from "../../support/case/load-case.ts";

const asked = (from: string, to: string, rest: Partial<TraceQuestion> = {}): TraceQuestion => ({
  from,
  to,
  namespace: "shop",
  port: null,
  protocol: null,
  family: null,
  ...rest,
});
function traced(name: string, question: TraceQuestion): TraceReport {
  const report = concludeTrace(loadCase("engine", name).captures, question);
  if (!report.known) throw new Error(report.detail);
  return report.value;
}
function refusal(question: TraceQuestion): string {
  const report = concludeTrace(loadCase("engine", "healthy").captures, question);
  return report.known ? "" : report.detail;
}

describe("a bundle of another command is good for a prediction", () => {
  test("between Pods of two Nodes, to the port that the target serves, and of large packets", () => {
    const { verdict, flows, findings } = traced("healthy", asked("web-1", "web-2"));
    expect(verdict).toBe("passes");
    expect(findings).toEqual([]);
    expect(flows.map(({ title, basis }) => [title, basis])).toEqual([
      ["TCP 8080 from web-1 (10.244.0.5, node1) to web-2 (10.244.1.7, node2)", "prediction"],
      ["1450 bytes from web-1 (10.244.0.5, node1) to web-2 (10.244.1.7, node2)", "prediction"],
    ]);
    expect(flows[0]?.outcome).toBe("passes, as predicted; no packet was sent");
  });

  test("its rows go from device to device, with the index of each veth's peer, and the way back mirrors them", () => {
    const way = traced("healthy", asked("web-1", "web-2")).flows[0]?.ways[0];
    expect(way?.there.map(({ place, devices }) => `${place}: ${devices.join(" ")}`)).toEqual([
      expect.stringMatching(/^Pod shop\/web-1: eth0@if\d+ veth\w+@if\d+ cni0$/),
      "node1: flannel.1",
      expect.stringMatching(/^node1: eth0/),
      "node1 to node2: eth0",
      expect.stringMatching(/^node2: eth0/),
      "node2: flannel.1",
      expect.stringMatching(/^node2: cni0 veth\w+@if\d+ eth0@if\d+$/),
      expect.stringMatching(/^Pod shop\/web-2: eth0@if\d+$/),
    ]);
    expect(way?.mirrored).toBe(true);
    expect(way?.back.length).toBeGreaterThan(0);
  });

  test("to a Service: its address, each endpoint for itself, and one way for each", () => {
    const { flows, verdict } = traced("healthy", asked("web-1", "svc/web"));
    expect(verdict).toBe("passes");
    expect(flows.map(({ title }) => title.replace(/ from .* to /, " to "))).toEqual([
      "TCP 8080 to Service web (10.101.201.121)",
      "TCP 8080 to web-1 (10.244.0.5, node1)",
      "TCP 8080 to web-2 (10.244.1.7, node2)",
      "1450 bytes to web-2 (10.244.1.7, node2)",
    ]);
    expect(flows[0]?.ways.map(({ destination }) => destination)).toEqual([
      "10.244.0.5, Pod shop/web-1 on node1",
      "10.244.1.7, Pod shop/web-2 on node2",
    ]);
  });

  test.each([
    ["a Deployment stands for its Pods", "node/node1", "deploy/web", /Node node1 .* to web-1/],
    ["an address that a Pod has stands for the Pod", "10.244.0.5", "10.244.1.7", /from web-1 .* to web-2/],
    ["a Pod to itself", "web-1", "web-1", /from web-1 .* to web-1/],
    ["a Node to a Node, by ICMP", "node/node1", "node/node2", /^ICMP from Node node1 .* to Node node2/],
    ["a host-network Pod to a Pod", "kube-system/kube-apiserver-node1", "web-2", /from kube-apiserver-node1/],
  ])("%s", (_, from, to, title) => {
    const { verdict, flows } = traced("healthy", asked(from, to));
    expect(flows[0]?.title).toMatch(title);
    expect(verdict).toBe("passes");
  });
});

test("a Pod to the outside leaves the cluster, and no state says what is beyond", () => {
  const { verdict, flows } = traced("healthy", asked("web-1", "198.51.100.10"));
  expect(flows[0]?.title).toMatch(/^ICMP from web-1 .* to 198\.51\.100\.10$/);
  expect(verdict).toBe("unknown");
  expect(flows[0]?.outcome).toMatch(/^leaves the cluster from node1 to \S+; what is beyond was not read; no packet/);
});

test("what stops it is the answer, with the finding that names it and the command", () => {
  const report = traced("prediction-contradicted", asked("web-1", "web-2"));
  expect(report.verdict).toBe("fails");
  expect(traceExitCode(report)).toBe(1);
  expect(report.flows[0]?.outcome).toMatch(/^dies on node1: .*10\.244\.1\.7.*, as predicted; no packet was sent$/);
  expect(report.findings.map(({ id }) => id)).toEqual(["pod-cidr-route-missing"]);
  const there = report.flows[0]?.ways[0]?.there ?? [];
  expect(there.at(-1)?.verdict).toBe("stops");
  expect(there.slice(0, -1).every(({ verdict }) => verdict === "passes")).toBe(true);
});

test("a port that nothing listens on dies at the socket", () => {
  const { flows } = traced("healthy", asked("web-1", "web-2", { port: 9 }));
  expect(flows[0]?.outcome).toMatch(/^dies in Pod shop\/web-2 on node2: nothing listens on port 9/);
});

describe("an end that is not there is refused with what was meant", () => {
  test.each([
    ["a slip of the finger", asked("web-1", "wbe-2"), /no Pod `wbe-2` in namespace shop; did you mean web-2/],
    ["the Pods of a Deployment", asked("web-1", "web"), /did you mean .*svc\/web.*deploy\/web/],
    ["another namespace", asked("coredns-1", "web-1"), /did you mean kube-system\/coredns-1/],
    ["a Service", asked("web-1", "svc/wep"), /no Service `wep` in namespace shop; did you mean .*svc\/web/],
    ["a Node", asked("web-1", "node/node9"), /no Node `node9`; did you mean node\/node1/],
    ["the wrong family", asked("web-1", "node/node1", { family: "IPv6" }), /no IPv6 address/],
    ["a name that a Node cannot look up", asked("node/node1", "example.com"), /looked up as a Pod would/],
  ])("%s", (_, question, message) => {
    expect(refusal(question)).toMatch(message);
  });
});

test("a name that was not looked up cannot be told, and the exit code says so", () => {
  const report = traced("healthy", asked("web-1", "example.com"));
  expect(report.verdict).toBe("unknown");
  expect(report.notes).toEqual(["the name example.com was not looked up in these captures: give its address"]);
  expect(traceExitCode(report)).toBe(4);
});

test("the probes of another command are not taken for those of the trace", () => {
  const { flows } = traced("prediction-contradicted", asked("web-1", "web-2"));
  expect(flows.every(({ observed }) => !observed.known)).toBe(true);
});
