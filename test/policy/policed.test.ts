import { expect, test } from "vitest";
import { conclude } from "../../src/engine/conclude.ts";
import type { Report } from "../../src/model/report.ts";
import { loadCase } from "../support/case/load-case.ts";

const reportOf = (name: string): Report => conclude(loadCase("engine", name).captures);
/** Of the findings those that a policy may bring about or hide. */
const CONCERNED = [
  "traffic-denied-by-policy",
  "network-policy-not-enforced",
  "packet-dropped-by-rule",
  "vxlan-port-blocked",
];
const idsOf = ({ findings }: Report): readonly string[] =>
  findings.map(({ id }) => id).filter((id) => CONCERNED.includes(id));

test("a packet that passes against the policies is a disagreement", () => {
  const report = reportOf("policed-and-passes-all-the-same");
  expect(report.disagreements).toEqual([
    {
      flow: "pod-to-pod Pod shop/web-1 to Pod shop/web-2 tcp/8080",
      predicted: "denied: NetworkPolicy shop/default-deny",
      observed: "passes",
    },
  ]);
  expect(idsOf(report)).toEqual([]);
});

test("a Service of which some Pods are closed is not judged", () => {
  const report = reportOf("policed-in-part");
  expect(report.incomplete.map(({ reason }) => reason)).toEqual([
    expect.stringContaining("NetworkPolicy shop/default-deny"),
  ]);
});

test("the rule that carries a denial out is no finding, and a fault beside it is", () => {
  expect(idsOf(reportOf("policed-and-the-rule-that-does-it"))).toEqual(["traffic-denied-by-policy"]);
  expect(idsOf(reportOf("policed-and-a-fault-beside-it"))).toEqual(
    expect.arrayContaining(["vxlan-port-blocked", "traffic-denied-by-policy"]),
  );
});

test("the denied lookups stand under the error about DNS", () => {
  const cause = reportOf("dns-forgotten-in-a-policy").findings.find(({ id }) => id === "network-policy-denies-dns");
  expect(cause?.explains).toEqual(
    expect.arrayContaining([
      "traffic-denied-by-policy NetworkPolicy kube-system/closed",
      expect.stringMatching(/^dns /),
    ]),
  );
});
