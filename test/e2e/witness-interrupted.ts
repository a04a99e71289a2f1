import { setTimeout as sleep } from "node:timers/promises";
import type { Lab } from "../faults/lab.ts";
import { webPodOn } from "../faults/workload.ts";
import { startNetdoctor } from "./netdoctor.ts";
import { must, type Tally } from "./tally.ts";
import { nothingLeft } from "./witness.ts";

/** The witness takes back what it added when its run is killed, interrupted, or cut from the cluster while it watches. */
export async function testWitnessInterrupted(tally: Tally, lab: Lab): Promise<void> {
  const kubeconfig = await lab.kubeconfig();
  const web = `shop/${await webPodOn(lab, "node2")}`;
  const nodes = ["node1", "node2"];
  const watching = async (): Promise<boolean> => {
    const tables = await Promise.all(nodes.map((node) => lab.node(node, ["nft", "list", "tables"])));
    return tables.every((text) => text.includes("netdoctor_"));
  };
  for (const how of ["SIGKILL", "SIGINT"] as const) {
    await tally.test(`witness: ${how} while it watches leaves nothing on a Node`, async () => {
      const running = startNetdoctor(kubeconfig, ["trace", "shop/client-node1", web, "--witness", "--quiet"]);
      const until = Date.now() + 120_000;
      while (!(await watching())) {
        must(Date.now() < until, "it never watched");
        await sleep(50);
      }
      running.kill(how);
      const begun = performance.now();
      await running;
      await nothingLeft(lab, nodes);
      return `${((performance.now() - begun) / 1000).toFixed(1)} s after the signal`;
    });
  }
  await tally.test("witness: a cut connection leaves nothing on a Node", async () => {
    const running = startNetdoctor(kubeconfig, ["trace", "shop/client-node1", web, "--witness", "--quiet"]);
    const until = Date.now() + 120_000;
    while (!(await watching())) {
      must(Date.now() < until, "it never watched");
      await sleep(50);
    }
    // The API server's own connections to the kubelets go too: whoever reads the answers is gone.
    running.kill("SIGSTOP");
    await lab.node("node1", ["sh", "-c", "ss -K dport = :10250 >/dev/null; ss -K sport = :6443 >/dev/null"]);
    const begun = performance.now();
    await nothingLeft(lab, nodes);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    running.kill("SIGKILL");
    await running;
    return `${seconds} s after the cut`;
  });
}
