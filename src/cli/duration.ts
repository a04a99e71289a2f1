import { UsageError } from "./errors.ts";

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
/** setTimeout waits at most 2^31 - 1 ms, and fires at once when asked for more. */
const LONGEST_MS = 2 ** 31 - 1;

/** A duration as Go writes it ("30s", "1m30s", "1.5h", "250ms") in milliseconds. Null for all else, 0 and what is too long. */
export function parseDuration(text: string): number | null {
  if (!/^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/.test(text)) return null;
  let total = 0;
  for (const [, number, unit] of text.matchAll(/([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)/g)) {
    total += Number(number) * (UNIT_MS[unit ?? ""] ?? Number.NaN);
  }
  const rounded = Math.round(total);
  return rounded >= 1 && rounded <= LONGEST_MS ? rounded : null;
}

/** parseDuration for a flag: what is wrong is a usage error that names the flag. */
export function durationFlag(flag: string, text: string): number {
  const parsed = parseDuration(text);
  if (parsed === null) throw new UsageError(`expected \`--${flag}\` to be a duration like 30s, got \`${text}\``);
  return parsed;
}
