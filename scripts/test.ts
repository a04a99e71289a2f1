/** `npm test`: types, lint, layer rules, generated files, unit, case, golden, property and house tests. No cluster, no root, no network. */
import { join } from "node:path";
import { execa } from "execa";

const root = join(import.meta.dirname, "..");
const bin = join(root, "node_modules/.bin");
const steps: readonly (readonly [name: string, command: string, ...argv: string[]])[] = [
  ["types", "tsc", "--noEmit", "-p", "tsconfig.json"],
  ["lint", "biome", "check", "--error-on-warnings", "."],
  ["layers", "depcruise", "--config", ".dependency-cruiser.mjs", "--output-type", "err", "src", "bin"],
];
let failed = 0;
// The checks of the sources take one core, the tests the other.
const [tests] = await Promise.all([run("vitest", "run", "--reporter=default"), checkSources()]);
if (tests !== 0) failed++;
process.exitCode = failed === 0 ? 0 : 1;

async function checkSources(): Promise<void> {
  for (const [name, command, ...argv] of steps) {
    const start = performance.now();
    const exitCode = await run(command, ...argv);
    console.log(
      `${exitCode === 0 ? "ok    " : "FAILED"} ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`,
    );
    if (exitCode !== 0) failed++;
  }
}

async function run(command: string, ...argv: string[]): Promise<number> {
  const { exitCode } = await execa(join(bin, command), argv, { cwd: root, stdio: "inherit", reject: false });
  return exitCode ?? 1;
}
