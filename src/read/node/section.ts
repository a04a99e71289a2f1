import type { Captures } from "../../model/capture.ts";
import { known, type Learned, unknown } from "../../model/learned.ts";

/** The text of a capture; one that is not there was not collected. */
export function textOf(captures: Captures, id: string): Learned<string> {
  return captures.get(id)?.result ?? unknown("not-collected", `${id} was not collected`);
}

/** Hands a known text to its parser and says in which capture something was wrong. */
export function readSection<T>(captures: Captures, id: string, parse: (text: string) => Learned<T>): Learned<T> {
  const text = textOf(captures, id);
  return text.known ? named(id, parse(text.value)) : text;
}

export function named<T>(id: string, learned: Learned<T>): Learned<T> {
  return learned.known ? learned : unknown(learned.reason, `${id}: ${learned.detail}`);
}

/** All lists as one; the first that is unknown makes the whole unknown. */
export function joined<T>(...parts: readonly Learned<readonly T[]>[]): Learned<readonly T[]> {
  const all: T[] = [];
  for (const part of parts) {
    if (!part.known) return part;
    for (const item of part.value) all.push(item);
  }
  return known(all);
}

/** A kernel without IPv6 has none of it: that it cannot be asked is then an answer. Every other failure stays unknown. */
export function noneWithoutIpv6<T>(learned: Learned<readonly T[]>): Learned<readonly T[]> {
  if (learned.known || learned.reason !== "failed") return learned;
  return /not supported|no such file/i.test(learned.detail) ? known([]) : learned;
}
