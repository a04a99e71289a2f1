import { describe, expect, test } from "vitest";
import type { Captures } from "../../../src/model/capture.ts";
import { known, type Learned, unknown } from "../../../src/model/learned.ts";
import { readFlows } from "../../../src/read/probe/flows.ts";
import { flowOf } from "./flow-of.ts";

function captures(parts: Readonly<Record<string, Learned<string>>>): Captures {
  const entries = Object.entries(parts);
  return new Map(entries.map(([id, result]) => [id, { id, command: "", takenAt: "2026-01-01T00:00:00Z", result }]));
}
const planned = (plan: unknown) => readFlows(captures({ "probe/plan": known(JSON.stringify(plan)) }));

describe("the flows of a run", () => {
  test("carry what each probe answered, and are not sent where there is no answer", () => {
    const [sent, left] = [flowOf(), flowOf({ id: "pod-to-pod b to a", port: 9 })];
    const flows = readFlows(
      captures({
        "probe/plan": known(JSON.stringify([sent, left])),
        [`probe/${sent.id}`]: known("TRY 0 client 10.244.1.2|\n"),
      }),
    );
    expect(flows).toMatchObject({
      value: [
        { flow: sent, predicted: [], observed: { value: { outcome: "ok", clientSeen: "10.244.1.2" } } },
        { flow: left, predicted: [], observed: unknown("not-collected", "not sent") },
      ],
    });
  });

  test("are unknown where nothing was sent, and why where the plan is", () => {
    expect(readFlows(new Map())).toEqual(unknown("not-collected", "no probe was sent"));
    const forbidden = unknown("forbidden", "may not create pods");
    expect(readFlows(captures({ "probe/plan": forbidden }))).toEqual(forbidden);
  });

  test("of an empty plan are known to be none", () => {
    expect(planned([])).toEqual(known([]));
  });

  test("have answers by name only: no name of an object's own is one", () => {
    for (const id of ["__proto__", "constructor", "plan", "../node/node1/link"]) {
      expect(planned([flowOf({ id })])).toMatchObject({ known: true, value: [{ flow: { id } }] });
    }
  });
});

describe("a plan that is none is unparsable", () => {
  const wrong: readonly unknown[] = [
    null,
    0,
    "plan",
    {},
    { length: 1, 0: flowOf() },
    [null],
    [[]],
    [flowOf(), { ...flowOf(), purpose: "exfiltrate" }],
    [{ ...flowOf(), purpose: "__proto__" }],
    [{ ...flowOf(), protocol: "dccp" }],
    [{ ...flowOf(), port: "8080" }],
    [{ ...flowOf(), from: { kind: "Pod" } }],
    [{ ...flowOf(), to: { kind: "Elsewhere", ip: "10.0.0.1" } }],
    [{ ...flowOf(), to: null }],
    [{ ...flowOf(), dns: { name: "a.", type: "ANY" } }],
    [{ ...flowOf(), id: ["a"] }],
  ];
  test.each(wrong.map((plan) => [JSON.stringify(plan).slice(0, 80), plan]))("%s", (_, plan) => {
    expect(planned(plan)).toEqual(unknown("unparsable", "the list of probes in this bundle is not one"));
  });

  test.each(["", "[", "NaN", "[".repeat(200_000), '[{"id":', "\u0000"])("text that is no JSON (%#)", (text) => {
    expect(readFlows(captures({ "probe/plan": known(text) }))).toMatchObject({ known: false, reason: "unparsable" });
  });
});

test("a plan may name a prototype's members without touching it", () => {
  const text = `[${JSON.stringify(flowOf()).replace("{", '{"__proto__":{"polluted":true},')}]`;
  const flows = readFlows(captures({ "probe/plan": known(text) }));
  expect(flows).toMatchObject({ known: true, value: [{ flow: { id: flowOf().id } }] });
  expect(Reflect.get({}, "polluted")).toBeUndefined();
});
