import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { load } from "js-yaml";
import { describe, expect, test } from "vitest";
import { askPolicies, type PolicyQuestion } from "../../src/engine/policy/ask.ts";
import { policyOverview } from "../../src/engine/policy/overview.ts";
import type { PolicyOverview, PolicyReport } from "../../src/model/policy-report.ts";
import { renderPolicyAnswer } from "../../src/report/policy/answer.ts";
import { renderPolicyJson, renderPolicyYaml } from "../../src/report/policy/document.ts";
import { renderPolicyOverview } from "../../src/report/policy/overview.ts";
import { loadCase } from "../support/case/load-case.ts";

const open = { namespace: "shop", port: null, protocol: null } as const;
const screen = { width: 80, color: false, unicode: true };

function answer(
  area: "checks" | "engine",
  name: string,
  question: Pick<PolicyQuestion, "from" | "to"> & Partial<PolicyQuestion>,
): PolicyReport {
  const report = askPolicies(loadCase(area, name).captures, { ...open, ...question });
  if (!report.known) throw new Error(report.detail);
  return report.value;
}
function overview(area: "checks" | "engine", name: string, namespace: string | null = null): PolicyOverview {
  const learned = policyOverview(loadCase(area, name).captures, namespace);
  if (!learned.known) throw new Error(learned.detail);
  return learned.value;
}

describe("between two ends", () => {
  test("a denial names the policy, and the allowance has every port that the target offers", async () => {
    const report = answer("checks", "policy/dns/forgotten", { from: "web-1", to: "kube-system/svc/kube-dns" });
    expect(report.verdict).toBe("denied");
    await expect(renderPolicyAnswer(report, screen)).toMatchFileSnapshot("golden/dns-forgotten.80.txt");
    await expect(renderPolicyYaml(report)).toMatchFileSnapshot("golden/dns-forgotten.yaml");
  });
  test("a Pod that is closed, from a Pod beside it", async () => {
    const report = answer("engine", "policed-by-an-enforcing-cni", { from: "web-1", to: "web-2" });
    await expect(renderPolicyAnswer(report, screen)).toMatchFileSnapshot("golden/closed.80.txt");
    await expect(renderPolicyJson(report)).toMatchFileSnapshot("golden/closed.json");
  });
  test("where nothing enforces policies that is said", async () => {
    const report = answer("engine", "policy-that-nobody-enforces", { from: "web-1", to: "svc/web", port: 8080 });
    await expect(renderPolicyAnswer(report, screen)).toMatchFileSnapshot("golden/not-enforced.80.txt");
  });
  test("what cannot be told is unknown, and nothing is suggested", () => {
    const report = answer("engine", "policed-and-not-certain", { from: "web-1", to: "web-2", port: 8080 });
    expect(report).toMatchObject({ verdict: "unknown", change: null });
    expect(report.answers[0]?.ingress.rules).toEqual([
      { policy: "shop/from-our-team", rule: 1, text: "from any Pod of Namespaces team=shop, any port" },
    ]);
  });
  test("a Pod's own Node is let in, another Node is not", () => {
    const verdict = (from: string): string =>
      answer("engine", "policed-by-an-enforcing-cni", { from, to: "web-2", port: 8080 }).verdict;
    expect(["node/node2", "node/node1", "192.0.2.7"].map(verdict)).toEqual(["allowed", "denied", "denied"]);
  });
  test("a name that nobody has is refused with the names that are near", () => {
    const report = askPolicies(loadCase("engine", "healthy").captures, { ...open, from: "web-1", to: "web-3" });
    expect(report).toMatchObject({ known: false, detail: expect.stringContaining("web-2") });
  });
});

describe("an overview", () => {
  test("lists policies with what they do, and what is to be said against them", async () => {
    await expect(renderPolicyOverview(overview("checks", "policy/dns/allowed-beside"), screen)).toMatchFileSnapshot(
      "golden/overview.80.txt",
    );
    await expect(renderPolicyOverview(overview("checks", "policy/dns/forgotten"), screen)).toMatchFileSnapshot(
      "golden/overview-dns-forgotten.80.txt",
    );
  });
  test("of a cluster without policies says so", () => {
    expect(renderPolicyOverview(overview("engine", "healthy"), screen)).toContain(
      "no NetworkPolicy: every Pod reaches every Pod",
    );
  });
  test("of one Namespace leaves the others out", () => {
    expect(overview("checks", "policy/dns/allowed-beside", "shop").namespaces.map(({ name }) => name)).toEqual([
      "shop",
    ]);
  });
});

test("JSON and YAML are one document, as the schema says", () => {
  const schemaOf = (name: string): object =>
    JSON.parse(readFileSync(new URL(`../../docs/${name}.schema.json`, import.meta.url), "utf8"));
  const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
  ajv.addSchema(schemaOf("report"));
  const validate = ajv.compile(schemaOf("policy"));
  const documents = [
    answer("checks", "policy/dns/forgotten", { from: "web-1", to: "kube-system/svc/kube-dns" }),
    answer("engine", "policed-and-not-certain", { from: "web-1", to: "web-2" }),
    overview("checks", "policy/dns/forgotten"),
    overview("engine", "healthy"),
  ];
  for (const document of documents) {
    const parsed: unknown = JSON.parse(renderPolicyJson(document));
    validate(parsed);
    expect(validate.errors ?? []).toEqual([]);
    expect(load(renderPolicyYaml(document))).toEqual(parsed);
  }
});
