import { Lab, type LabSettings } from "../faults/lab.ts";
import { setUpWorkload } from "../faults/workload.ts";
import { netdoctor, reportOf, serious } from "./netdoctor.ts";
import { must, type Tally } from "./tally.ts";

/** Every healthy kind of lab with a workload: not one finding of severity error or warning, no prediction that the packet disproves. */
export async function testHealthy(tally: Tally, labName: string, kinds: readonly LabSettings[]): Promise<void> {
  for (const settings of kinds) {
    const lab = new Lab(labName, settings);
    await tally.test(
      `healthy ${settings.cni} with kube-proxy ${settings.proxyMode}: no error, no warning`,
      async () => {
        await lab.up();
        await setUpWorkload(lab);
        const run = await netdoctor(await lab.kubeconfig(), ["check", "-o", "json", "--quiet"]);
        const report = reportOf(run);
        must(
          serious(report).length === 0 && run.exitCode === 0,
          `exit code ${run.exitCode}: ${JSON.stringify([...serious(report), ...report.incomplete])}`,
        );
        must(report.disagreements.length === 0, JSON.stringify(report.disagreements));
        return `check ${run.seconds.toFixed(1)} s`;
      },
    );
  }
}
