import { expect } from "vitest";
import type { Learned } from "../../../src/model/learned.ts";

/** The value, or a failed test with the reason. */
export function valueIn<T>(learned: Learned<T>): T {
  if (!learned.known) expect.fail(`${learned.reason}: ${learned.detail}`);
  return learned.value;
}

/** "reason: detail" of an unknown, or a failed test. */
export function refusalOf(learned: Learned<unknown>): string {
  if (learned.known) expect.fail("expected an unknown");
  return `${learned.reason}: ${learned.detail}`;
}
