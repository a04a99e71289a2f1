import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { leftBehind } from "./fault-run.ts";
import { netdoctor, reportOf, serious, startNetdoctor } from "./netdoctor.ts";
import { must, type Tally } from "./tally.ts";

/** A cluster as these tests need it: where it is, and kubectl with its administrator. */
export interface Cluster {
  readonly kubeconfig: () => Promise<string>;
  kubectl(argv: readonly string[], input?: string): Promise<string>;
}

/** Everything that injects nothing: runs on any cluster, the lab or a real one. */
export async function testAnyCluster(
  tally: Tally,
  cluster: Cluster,
  { healthy }: { readonly healthy: boolean },
): Promise<void> {
  const kubeconfig = await cluster.kubeconfig();
  const clean = async () => {
    const left = await leftBehind(cluster);
    must(left.length === 0, left.join("\n"));
  };
  const run = (...argv: string[]) => netdoctor(kubeconfig, argv);

  const directory = await mkdtemp(join(tmpdir(), "netdoctor-"));
  await tally.test(
    `check ${healthy ? "finds a healthy cluster healthy" : "runs"} and leaves nothing, and its bundle gives the same report`,
    async () => {
      const file = join(directory, "saved.tar.gz");
      const checked = await run("check", "-o", "json", "--quiet", "--save", file);
      const report = reportOf(checked);
      if (healthy) {
        const wrong = [...serious(report), ...report.incomplete];
        must(wrong.length === 0 && checked.exitCode === 0, `exit code ${checked.exitCode}: ${JSON.stringify(wrong)}`);
      }
      must(report.disagreements.length === 0, JSON.stringify(report.disagreements));
      const offline = await netdoctor("/nonexistent", ["check", "-o", "json", "--bundle", file]);
      must(checked.stdout === offline.stdout, "the report of the bundle differs from that of the run");
      await clean();
      return `${checked.seconds.toFixed(1)} s, ${report.verdict}`;
    },
  );
  await tally.test("collect and dns run side by side; cidr and cni show their part of what was collected", async () => {
    const file = join(directory, "collected.tar.gz");
    const [collected, dns] = await Promise.all([run("collect", "--quiet", "-f", file), run("dns", "--quiet")]);
    must(collected.exitCode === 0, collected.stderr);
    reportOf(await netdoctor("/nonexistent", ["check", "-o", "json", "--bundle", file]));
    const cidr = await netdoctor("/nonexistent", ["cidr", "--bundle", file]);
    const cni = await netdoctor("/nonexistent", ["cni", "--bundle", file]);
    for (const [view, words] of [[cidr, /service/i] as const, [cni, /node/i] as const, [dns, /udp/i] as const]) {
      must(view.exitCode === 0 && words.test(view.stdout), `${view.exitCode}: ${view.stdout}${view.stderr}`);
    }
    await clean();
    return undefined;
  });
  await rm(directory, { recursive: true });
  await tally.test("check --api-only creates nothing", async () => {
    const checked = await run("check", "--api-only", "-o", "json");
    reportOf(checked);
    must(checked.exitCode === 0 || !healthy, `exit code ${checked.exitCode}: ${checked.stdout}`);
    return undefined;
  });
  await tally.test("check --dry-run prints every object and creates none", async () => {
    const planned = await run("check", "--dry-run");
    const nodes = (await cluster.kubectl(["get", "nodes", "-o", "name"])).split("\n").length;
    const applied = await cluster.kubectl(["create", "--dry-run=client", "-o", "name", "-f", "-"], planned.stdout);
    // The namespace, its account, two Services; two Pods a Node.
    must(applied.split("\n").length === 4 + 2 * nodes, applied);
    await clean();
    return undefined;
  });
  await tally.test("Ctrl-C in the middle deletes everything and ends with 130", async () => {
    const ended = await interrupted("SIGINT");
    must(ended.exitCode === 130, `exit code ${ended.exitCode}: ${String(ended.stderr)}`);
    await clean();
    return undefined;
  });
  await tally.test("cleanup deletes what a kill -9 left", async () => {
    await interrupted("SIGKILL");
    const left = await leftBehind(cluster);
    must(left.length > 0, "the killed run left nothing: it was killed too early");
    const cleaned = await run("cleanup");
    must(cleaned.exitCode === 0 && /deleted/.test(cleaned.stdout), `${cleaned.stdout}${cleaned.stderr}`);
    await clean();
    return `${left.length} objects`;
  });

  /** Starts a check, waits until its Pods are there, and sends the signal. */
  async function interrupted(signal: "SIGINT" | "SIGKILL") {
    const started = startNetdoctor(kubeconfig, ["check", "--quiet"]);
    for (let waited = 0; waited < 200; waited++) {
      if ((await leftBehind(cluster)).some((name) => name.includes("pod/"))) break;
      await sleep(50);
    }
    started.kill(signal);
    return await started;
  }
}
