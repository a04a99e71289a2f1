import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { conclude } from "../../src/engine/conclude.ts";
import type { Capture, Captures } from "../../src/model/capture.ts";
import { known } from "../../src/model/learned.ts";
import { loadCases } from "../support/case/load-case.ts";

const cases = [...loadCases("checks"), ...loadCases("engine")];

describe("the order in which things were listed does not change the report", () => {
  test.each(cases.map(({ name, captures }) => [name, captures] as const))("%s", (_, captures) => {
    const usual = JSON.stringify(conclude(captures), null, 1);
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(JSON.stringify(conclude(shuffled(captures, numbers(seed))), null, 1)).toBe(usual);
      }),
      { numRuns: 1, seed: 1 },
    );
  });
});

test("the same captures give the same bytes", () => {
  for (const { captures } of loadCases("engine"))
    expect(JSON.stringify(conclude(captures))).toBe(JSON.stringify(conclude(captures)));
});

/** The captures in another order, and in each API list the objects in another order. */
function shuffled(captures: Captures, random: () => number): Captures {
  const mixed = mix([...captures.values()], random).map((capture): Capture => {
    if (!capture.id.startsWith("api/") || !capture.result.known) return capture;
    const list: unknown = JSON.parse(capture.result.value);
    return Array.isArray(list) ? { ...capture, result: known(JSON.stringify(mix(list, random))) } : capture;
  });
  return new Map(mixed.map((capture) => [capture.id, capture]));
}

/** Fisher and Yates. */
function mix<T>(items: readonly T[], random: () => number): readonly T[] {
  const left = [...items];
  return items.flatMap(() => left.splice(Math.floor(random() * left.length), 1));
}

/** A linear congruential generator: numbers from 0 to below 1, the same for one seed. */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
