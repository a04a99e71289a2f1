import { durationFlag } from "./duration.ts";

const DEFAULT = "30s";

/** A bare `--watch` or `-w` gets its default: oclif has no flag whose value may be left out. */
export function withWatchValue(argv: readonly string[]): string[] {
  const end = argv.indexOf("--");
  return argv.map((word, index) =>
    (word === "--watch" || word === "-w") && (end === -1 || index < end) ? `--watch=${DEFAULT}` : word,
  );
}

/** The pause between two runs in milliseconds. Throws UsageError. */
export const watchPauseMs = (text: string): number => durationFlag("watch", text);
