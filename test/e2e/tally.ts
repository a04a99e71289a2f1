/** Counts and prints: one line a test, as it ends. */
export class Tally {
  passed = 0;
  failed = 0;

  async test(name: string, run: () => Promise<string | undefined>): Promise<boolean> {
    const start = performance.now();
    try {
      const note = await run();
      this.passed++;
      console.log(`ok      ${name} (${seconds(start)} s)${note === undefined ? "" : `  ${note}`}`);
      return true;
    } catch (error) {
      this.failed++;
      console.log(`FAILED  ${name} (${seconds(start)} s)\n        ${String(error).replaceAll("\n", "\n        ")}`);
      return false;
    }
  }
}

const seconds = (start: number): string => ((performance.now() - start) / 1000).toFixed(1);

/** Throws what a person needs to see where a thing is not as it must be. */
export function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
