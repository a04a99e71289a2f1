/** `npm run test:e2e [-- --save DIRECTORY]`: against the cluster of KUBECONFIG what injects nothing; without one, everything on labs of its own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { testAlone } from "../test/e2e/alone.ts";
import { type Cluster, testAnyCluster } from "../test/e2e/any-cluster.ts";
import { testConnection } from "../test/e2e/connection.ts";
import { everyRun } from "../test/e2e/every-run.ts";
import { testFaults } from "../test/e2e/faults.ts";
import { testHealthy } from "../test/e2e/healthy.ts";
import { testLessPower } from "../test/e2e/less-power.ts";
import { Tally } from "../test/e2e/tally.ts";
import { testTrace } from "../test/e2e/trace.ts";
import type { Fault } from "../test/faults/fault.ts";
import { binaries, Lab } from "../test/faults/lab.ts";
import { faults } from "../test/faults/registry.ts";
import { upWithWorkload } from "../test/faults/workload.ts";
import { healthy } from "../test/traps/healthy.ts";

const { values } = parseArgs({ options: { save: { type: "string" } } });
const tally = new Tally();
const lanes = ["e2ea", "e2eb"] as const;
const own = process.env.KUBECONFIG;
await execa(process.execPath, [join(import.meta.dirname, "build.ts")], { stdio: "inherit" });
if (own !== undefined && own !== "") await testAnyCluster(tally, given(own), { healthy: false });
else await testOnLabs();
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed === 0 ? 0 : 1;

/** Two labs side by side: most of the time goes into waiting, and each has kinds of labs to itself. */
async function testOnLabs(): Promise<void> {
  const directory = values.save ?? (await mkdtemp(join(tmpdir(), "netdoctor-e2e-")));
  const inDefaultLab = ({ lab }: Fault): boolean => Object.keys(lab).length === 0;
  // One iterator for both lanes: whoever is free takes the next fault.
  const wanted = everyRun.flatMap((wantedName) => faults.filter(({ name }) => name === wantedName));
  const shared = wanted.filter(inDefaultLab).values();
  const others = wanted.filter((fault) => !inDefaultLab(fault));
  process.env.PATH = `${process.env.PATH}:${binaries}`;
  try {
    await Promise.all([
      testDefaultLab(lanes[0], shared, directory),
      testOtherLabs(lanes[1], others, directory).then(() => testFaults(tally, shared, lanes[1], directory)),
    ]);
  } finally {
    for (const name of lanes) await new Lab(name).down();
    if (values.save === undefined) await rm(directory, { recursive: true, force: true });
  }
}

/** The default lab is flannel with iptables: after that with nftables the default lab's faults go on in it, as the bridge's do after the bridge. */
async function testOtherLabs(name: string, inThem: readonly Fault[], directory: string): Promise<void> {
  const first = ["host-gw-iptables", "host-gw-nftables", "bridge-nftables", "bridge-iptables"] as const;
  await testHealthy(tally, first.map(healthy), name, directory);
  await testFaults(tally, inThem, name, directory);
  await testHealthy(tally, [healthy("flannel-nftables")], name, directory);
  await testAlone(tally);
}

async function testDefaultLab(name: string, inIt: Iterable<Fault>, directory: string): Promise<void> {
  const lab = new Lab(name);
  const up = await tally.test("the lab comes up with a workload", async () => {
    await upWithWorkload(lab);
    return undefined;
  });
  if (!up) return;
  await testAnyCluster(
    tally,
    { kubeconfig: () => lab.kubeconfig(), kubectl: (argv, input) => lab.kubectl(argv, input) },
    { healthy: true },
  );
  await testLessPower(tally, lab);
  await testConnection(tally, lab);
  await testTrace(tally, lab);
  await testFaults(tally, inIt, name, directory);
}

function given(kubeconfig: string): Cluster {
  return {
    kubeconfig: async () => kubeconfig,
    kubectl: async (argv, input = "") =>
      (await execa("kubectl", argv, { env: { KUBECONFIG: kubeconfig }, input })).stdout,
  };
}
