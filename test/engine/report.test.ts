import { describe, expect, test } from "vitest";
import { conclude } from "../../src/engine/conclude.ts";
import { exitCodeOf, exitCodes } from "../../src/engine/exit-code.ts";
import { findingKey } from "../../src/model/finding.ts";
import type { Report } from "../../src/model/report.ts";
import { loadCase, loadCases } from "../support/case/load-case.ts";

const reportOf = (name: string): Report => conclude(loadCase("engine", name).captures);
/** What somebody has to act on: "id Kind namespace/name", sorted. */
function troubles({ findings }: Report): readonly string[] {
  return findings
    .filter(({ severity }) => severity !== "info")
    .map(({ id, subject }) => findingKey(id, subject))
    .sort();
}

describe("the whole report names the root causes and nothing else", () => {
  test.each(loadCases("engine").map((one) => [one.name, one] as const))("%s", (_, { captures, expected }) => {
    const report = conclude(captures);
    expect(troubles(report)).toEqual(expected);
    expect(report.checks.filter(({ status }) => status === "crashed")).toEqual([]);
  });
});

test("every failed flow of a promised kind is explained by a finding or said to be unjudged", () => {
  for (const { name, captures } of loadCases("engine")) {
    const report = conclude(captures);
    const failed = report.flows.filter(({ flow, observed }) => {
      const promised = !["egress", "pod-to-node", "node-port", "host-port"].includes(flow.purpose);
      return (
        promised &&
        observed.known &&
        ["timeout", "refused", "no-network", "no-route", "servfail"].includes(observed.value.outcome)
      );
    });
    const explained = new Set(report.findings.flatMap(({ explains }) => explains));
    const left = failed.filter(({ flow }) => !explained.has(flow.id)).map(({ flow }) => flow.id);
    const unjudged = report.incomplete.some(({ what }) => what.includes("not judged"));
    expect({ name, left: unjudged ? [] : left }).toEqual({ name, left: [] });
  }
});

test("a healthy cluster is called healthy, with nothing left open", () => {
  const report = reportOf("healthy");
  expect(report.verdict).toBe("healthy");
  expect(report.incomplete).toEqual([]);
  expect(report.disagreements).toEqual([]);
  expect(report.good.length).toBeGreaterThanOrEqual(4);
  expect(report.flows.every(({ predicted }) => predicted.every(({ verdict }) => verdict === "passes"))).toBe(true);
});

test("symptoms stand under their cause", () => {
  const [loop] = reportOf("dns-loop-and-all-it-brings").findings;
  expect(loop?.explains).toEqual(
    expect.arrayContaining([
      "cluster-dns-not-ready Deployment kube-system/coredns",
      "service-without-ready-endpoints Service kube-system/kube-dns",
    ]),
  );
  expect(loop?.explains.filter((id) => id.startsWith("dns "))).toHaveLength(2);
  const [plugin] = reportOf("plugin-missing-and-pods-waiting").findings;
  expect(plugin?.explains).toEqual(["pods-without-network Node node2"]);
});

test("a prediction that a probe contradicts is listed as a disagreement", () => {
  const [only, ...others] = reportOf("prediction-contradicted").disagreements;
  expect(only).toEqual({
    flow: "pod-to-pod Pod shop/web-1 to Pod shop/web-2 tcp/8080",
    predicted: "stopped: wrong-route",
    observed: "passes",
  });
  expect(others).toEqual([]);
});

test("a failure that a policy asks for is explained by it, and is no fault", () => {
  const report = reportOf("policed-by-an-enforcing-cni");
  expect(report.verdict).toBe("healthy");
  expect(report.findings).toContainEqual(
    expect.objectContaining({
      id: "traffic-denied-by-policy",
      severity: "info",
      confidence: "proven",
      explains: ["pod-to-pod Pod shop/web-1 to Pod shop/web-2 tcp/8080"],
      params: expect.objectContaining({ allowance: expect.stringContaining("app: web") }),
    }),
  );
});

test("failures that a policy may ask for are listed as not judged", () => {
  const report = reportOf("policed-and-not-certain");
  expect(report.verdict).toBe("incomplete");
  expect(report.incomplete).toEqual([
    expect.objectContaining({
      what: "1 failed flows were not judged",
      reason: expect.stringContaining("NetworkPolicy shop/from-our-team"),
    }),
  ]);
});

describe("exit codes", () => {
  const withWarning = (): Report => conclude(loadCase("checks", "ranges/capacity/node-block-nearly-full").captures);
  test.each([
    ["nothing wrong", reportOf("healthy"), "error", exitCodes.ok],
    ["an info finding under --fail-on info", reportOf("healthy"), "info", exitCodes.findings],
    ["an error", reportOf("unexplained-at-one-node"), "error", exitCodes.findings],
    ["an error under --fail-on never", reportOf("unexplained-at-one-node"), "never", exitCodes.ok],
    ["a warning", withWarning(), "error", exitCodes.ok],
    ["a warning under --fail-on warning", withWarning(), "warning", exitCodes.findings],
    ["something that could not be looked at", reportOf("policed-and-not-certain"), "error", exitCodes.incomplete],
  ] as const)("%s", (_, report, failOn, code) => {
    expect(exitCodeOf(report, failOn)).toBe(code);
  });

  test("what is broken counts more than what could not be seen", () => {
    const report = reportOf("unexplained-at-one-node");
    const both = { ...report, incomplete: [{ what: "pods could not be listed", reason: "forbidden", unlock: "" }] };
    expect(exitCodeOf(both, "error")).toBe(exitCodes.findings);
  });
});
