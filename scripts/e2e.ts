/** `npm run test:e2e`: against the cluster of KUBECONFIG what injects nothing; without one, everything on labs of its own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { type Cluster, testAnyCluster } from "../test/e2e/any-cluster.ts";
import { testFaults } from "../test/e2e/faults.ts";
import { testHealthy } from "../test/e2e/healthy.ts";
import { testLessPower } from "../test/e2e/less-power.ts";
import { Tally } from "../test/e2e/tally.ts";
import { Lab } from "../test/faults/lab.ts";
import { faults } from "../test/faults/registry.ts";
import { setUpWorkload } from "../test/faults/workload.ts";

const tally = new Tally();
const own = process.env.KUBECONFIG;
await execa(process.execPath, [join(import.meta.dirname, "build.ts")], { stdio: "inherit" });
if (own !== undefined && own !== "") await testAnyCluster(tally, given(own), { healthy: false });
else await testOnLabs();
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed === 0 ? 0 : 1;

async function testOnLabs(): Promise<void> {
  const name = "e2e";
  const lab = new Lab(name);
  const directory = await mkdtemp(join(tmpdir(), "netdoctor-e2e-"));
  try {
    await tally.test("the lab comes up with a workload", async () => {
      await lab.up();
      await setUpWorkload(lab);
      return undefined;
    });
    await testAnyCluster(
      tally,
      { kubeconfig: () => lab.kubeconfig(), kubectl: (argv, input) => lab.kubectl(argv, input) },
      { healthy: true },
    );
    await testLessPower(tally, lab);
    await testFaults(tally, faults, name, directory);
    await testHealthy(tally, name);
  } finally {
    await lab.down();
    await rm(directory, { recursive: true, force: true });
  }
}

function given(kubeconfig: string): Cluster {
  return {
    kubeconfig: async () => kubeconfig,
    kubectl: async (argv, input = "") =>
      (await execa("kubectl", argv, { env: { KUBECONFIG: kubeconfig }, input })).stdout,
  };
}
