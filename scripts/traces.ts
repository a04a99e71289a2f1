/** `npm run traces [-- --lab NAME]`: every kind of flow traced, and every drop witnessed, in labs of several kinds. Needs root and the lab; most of half an hour. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { Tally } from "../test/e2e/tally.ts";
import { testTrace } from "../test/e2e/trace.ts";
import { testMoreTraces, testTracesIpv6, testTracesWithOwnRules } from "../test/e2e/trace-more.ts";
import { testWitness } from "../test/e2e/witness.ts";
import { testWitnessInterrupted } from "../test/e2e/witness-interrupted.ts";
import { binaries, Lab, type LabSettings } from "../test/faults/lab.ts";
import { upWithWorkload } from "../test/faults/workload.ts";

const { values } = parseArgs({ options: { lab: { type: "string", default: "traces" } } });
const tally = new Tally();
const twoNodes = { nodes: 2 } as const;
/** What is traced in which kind of lab. */
const rounds: readonly (readonly [LabSettings, readonly ((tally: Tally, lab: Lab) => Promise<void>)[]])[] = [
  [{}, [testTrace, testMoreTraces, testTracesWithOwnRules, testWitness, testWitnessInterrupted]],
  [{ proxyMode: "nftables" }, [testMoreTraces]],
  [{ ...twoNodes, dualStack: true }, [testTracesIpv6]],
  [{ ...twoNodes, cni: "bridge" }, [testMoreTraces]],
  [{ ...twoNodes, cni: "flannel-host-gw" }, [testMoreTraces]],
];

await execa(process.execPath, [join(import.meta.dirname, "build.ts")], { stdio: "inherit" });
process.env.PATH = `${process.env.PATH}:${binaries}`;
try {
  for (const [settings, tests] of rounds) {
    const lab = new Lab(values.lab, settings);
    const kind = Object.values(settings).join(" ") || "default";
    const up = await tally.test(`lab ${kind}`, async () => {
      await upWithWorkload(lab);
      return undefined;
    });
    if (up) for (const test of tests) await test(tally, lab);
  }
} finally {
  await new Lab(values.lab).down();
}
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed === 0 ? 0 : 1;
