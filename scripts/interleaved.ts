import { execa } from "execa";

export interface Time {
  /** Milliseconds until the first byte on stdout, and until the process ended. */
  readonly first: number;
  readonly end: number;
}
export interface Samples {
  readonly ours: readonly Time[];
  readonly theirs: readonly Time[];
}

/** Runs both in turn, so that what else the machine does falls on both. Throws where either fails. */
export async function interleaved(
  env: Readonly<Record<string, string>>,
  ours: readonly string[],
  theirs: readonly string[],
  times: number,
): Promise<Samples> {
  const samples: { readonly ours: Time[]; readonly theirs: Time[] } = { ours: [], theirs: [] };
  for (const argv of [ours, theirs]) await timed(argv, env);
  for (let run = 0; run < times; run++) {
    samples.ours.push(await timed(ours, env));
    samples.theirs.push(await timed(theirs, env));
  }
  return samples;
}

/** One line: the ratio of the medians, and what they are. */
export function printRatio(what: string, { ours, theirs }: Samples, until: keyof Time): void {
  const [a, b] = [median(ours.map((time) => time[until])), median(theirs.map(({ end }) => end))];
  console.log(`${what}: ${(a / b).toFixed(2)}   (${a.toFixed(0)} ms ÷ ${b.toFixed(0)} ms, medians of ${ours.length})`);
}

async function timed([command = "", ...argv]: readonly string[], env: Readonly<Record<string, string>>): Promise<Time> {
  const start = performance.now();
  let first = Number.NaN;
  const running = execa(command, argv, { env });
  running.stdout.once("data", () => {
    first = performance.now() - start;
  });
  await running;
  return { first, end: performance.now() - start };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
