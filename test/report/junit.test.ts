import { describe, expect, test } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { renderJunit } from "../../src/report/junit.ts";
import { type Element, junitFaults, parseXml } from "./junit-schema.ts";
import { healthy, incomplete, SAMPLES, vxlan } from "./sample-reports.ts";

const surface = { width: 80, color: false, unicode: true, failOn: "error" } as const;
const cases = (report: Report, failOn: "error" | "warning" | "info" | "never" = "error"): readonly Element[] =>
  parseXml(renderJunit(report, { ...surface, failOn })).children.flatMap(({ children }) =>
    children.filter(({ name }) => name === "testcase"),
  );
const outcome = (element: Element | undefined): string | undefined => element?.children[0]?.name;

describe.each(Object.entries(SAMPLES))("the %s report as JUnit", (_name, report) => {
  test("is what the common schema allows", () => {
    expect(junitFaults(parseXml(renderJunit(report, surface)))).toEqual([]);
  });
  test("counts what it holds", () => {
    const { attributes, children } = parseXml(renderJunit(report, surface));
    const all = cases(report);
    const sum = (key: string): number => children.reduce((total, suite) => total + Number(suite.attributes[key]), 0);
    const of = (name: string): number => all.filter((each) => outcome(each) === name).length;
    expect([Number(attributes.tests), Number(attributes.failures), Number(attributes.errors)]).toEqual([
      all.length,
      of("failure"),
      of("error"),
    ]);
    expect([sum("tests"), sum("failures"), sum("errors"), sum("skipped")]).toEqual([
      all.length,
      of("failure"),
      of("error"),
      of("skipped"),
    ]);
  });
  test("has a test for each check, by its id", () => {
    const names = cases(report).map(({ attributes }) => attributes.name ?? "");
    expect(report.checks.filter(({ id }) => !names.some((name) => name.startsWith(`${id}: `)))).toEqual([]);
  });
});

test("a finding fails the test of its check, with the evidence and the next command", () => {
  const named = { ...vxlan, findings: vxlan.findings.map((finding) => ({ ...finding, check: "path/blocked" })) };
  const failed = cases(named).filter((each) => outcome(each) === "failure");
  expect(failed.map(({ attributes }) => attributes.classname)).toEqual(["netdoctor.path"]);
  const [failure] = failed[0]?.children ?? [];
  expect(failure?.attributes).toEqual({
    type: "vxlan-port-blocked",
    message: "Node node3: drops the VXLAN packets of every other Node: a rule refuses UDP 8472",
  });
  expect(failure?.text).toContain("on Node node3, CHANGES it: iptables -t raw -D PREROUTING 1");
});

test("a failure that no check explains fails the test of the traffic", () => {
  const [traffic] = cases(vxlan).filter((each) => outcome(each) === "failure");
  expect(traffic?.attributes.classname).toBe("netdoctor.traffic");
  expect(cases(healthy).find(({ attributes }) => attributes.classname === "netdoctor.traffic")).toBeDefined();
});

test("--fail-on and the baseline decide what fails, as they do for the exit code", () => {
  const failures = (report: Report, failOn: "error" | "warning" | "info" | "never"): number =>
    cases(report, failOn).filter((each) => outcome(each) === "failure").length;
  expect([failures(vxlan, "error"), failures(vxlan, "never")]).toEqual([1, 0]);
  expect([failures(healthy, "warning"), failures(healthy, "info")]).toEqual([0, 1]);
  const known = { ...vxlan, findings: vxlan.findings.map((finding) => ({ ...finding, inBaseline: true })) };
  expect(failures(known, "error")).toBe(0);
});

test("what could not be looked at is skipped with the reason, and a crash is an error", () => {
  const all = cases(incomplete);
  const about = (text: string): Element | undefined => all.find(({ attributes }) => attributes.name?.includes(text));
  expect(outcome(about("node/conntrack"))).toBe("error");
  expect(outcome(about("service/range"))).toBe("skipped");
  expect(about("service/range")?.children[0]?.attributes.message).toContain('User "ann" cannot list resource');
  expect(outcome(about("Node node3"))).toBe("skipped");
});
