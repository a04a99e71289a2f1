import { describe, expect, test } from "vitest";
import { rootCauses } from "../../src/diagnose/root-causes.ts";
import type { Finding, Severity } from "../../src/model/finding.ts";

const severities: Readonly<Record<string, Severity>> = { hint: "info", doubt: "warning" };
const severityOf = (id: string): Severity => severities[id] ?? "error";

/** "cause Node n" → a finding of that key. */
function finding(key: string, explains: readonly string[] = [], rest: Partial<Finding> = {}): Finding {
  const [id = "", kind = "", name = ""] = key.split(" ");
  return {
    id,
    subject: { kind, namespace: "", name },
    params: {},
    confidence: "proven",
    evidence: [],
    explains,
    ...rest,
  };
}
/** "cause Node n > symptom Node n" for each root cause, in order. */
function fold(findings: readonly Finding[], failing: readonly string[] = []): readonly string[] {
  return rootCauses(findings, severityOf, new Set(failing)).map(({ finding: root, symptoms, flows }) =>
    [root.id, symptoms.map(({ id }) => id).join("+"), flows.join("+")].join(" > "),
  );
}

describe("folding", () => {
  test("a finding that another explains stands under it", () => {
    expect(fold([finding("symptom Node a"), finding("cause Node a", ["symptom Node a"])])).toEqual([
      "cause > symptom > ",
    ]);
  });
  test("a symptom of a symptom stands under the first cause, with its flows", () => {
    const chain = [
      finding("c Node a", ["f3"]),
      finding("b Node a", ["c Node a", "f2"]),
      finding("a Node a", ["b Node a", "f1"]),
    ];
    expect(fold(chain, ["f1", "f2", "f3"])).toEqual(["a > c+b > f1+f2+f3"]);
  });
  test("what is explained on another Node is another finding", () => {
    expect(fold([finding("cause Node a", ["symptom Node a"]), finding("symptom Node b")])).toEqual([
      "cause >  > ",
      "symptom >  > ",
    ]);
  });
  test("a finding that nothing explains and that explains nothing stays", () => {
    expect(fold([finding("cause Node a", ["absent Node a"])])).toEqual(["cause >  > "]);
  });
  test("flows that did not fail are not listed", () => {
    expect(fold([finding("cause Node a", ["f1", "f2"])], ["f2"])).toEqual(["cause >  > f2"]);
  });
});

describe("circles", () => {
  test("of two that explain each other the first stays", () => {
    expect(fold([finding("a Node n", ["b Node n"]), finding("b Node n", ["a Node n"])])).toEqual(["a > b > "]);
  });
  test("a ring of three leaves one", () => {
    const ring = [
      finding("a Node n", ["b Node n"]),
      finding("b Node n", ["c Node n"]),
      finding("c Node n", ["a Node n"]),
    ];
    expect(fold(ring)).toEqual(["a > b+c > "]);
  });
  test("a finding that names itself stays", () => {
    expect(fold([finding("a Node n", ["a Node n"])])).toEqual(["a >  > "]);
  });
});

describe("two faults stay two", () => {
  test("where both explain one flow", () => {
    expect(fold([finding("a Node n", ["f"]), finding("b Node m", ["f"])], ["f"])).toEqual(["a >  > f", "b >  > f"]);
  });
  test("where both have the same name and subject and differ in what they say", () => {
    const two = [
      finding("drop Node n", ["f1"], { params: { rule: 1 } }),
      finding("drop Node n", ["f2"], { params: { rule: 2 } }),
    ];
    expect(fold(two, ["f1", "f2"])).toEqual(["drop >  > f1", "drop >  > f2"]);
  });
  test("while one that was raised twice in the same words is one", () => {
    expect(fold([finding("a Node n", ["f"]), finding("a Node n", ["f"])], ["f"])).toEqual(["a >  > f"]);
  });
  test("and a symptom of two causes stands under one of them only", () => {
    expect(fold([finding("a Node n", ["s Node n"]), finding("b Node n", ["s Node n"]), finding("s Node n")])).toEqual([
      "a > s > ",
      "b >  > ",
    ]);
  });
});

describe("order", () => {
  test("severity comes before everything", () => {
    const found = [
      finding("hint Node n", ["f1", "f2"]),
      finding("doubt Node n", ["f1"]),
      finding("wrong Node n", [], { confidence: "inferred" }),
    ];
    expect(fold(found, ["f1", "f2"]).map((line) => line.split(" ")[0])).toEqual(["wrong", "doubt", "hint"]);
  });
  test("what is proven comes before what is inferred, however much that would explain", () => {
    const found = [finding("guess Node n", ["f1", "f2"], { confidence: "inferred" }), finding("sure Node n")];
    expect(fold(found, ["f1", "f2"]).map((line) => line.split(" ")[0])).toEqual(["sure", "guess"]);
  });
  test("then what explains more failures and symptoms, then the name", () => {
    const found = [
      finding("z Node n"),
      finding("y Node n"),
      finding("one Node n", ["f1"]),
      finding("two Node n", ["f1", "s Node n"]),
      finding("s Node n"),
    ];
    expect(fold(found, ["f1"]).map((line) => line.split(" ")[0])).toEqual(["two", "one", "y", "z"]);
  });
});
