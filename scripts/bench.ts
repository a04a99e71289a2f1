/** `npm run bench`: ratios in one run, medians of interleaved runs. Without KUBECONFIG on a lab of its own. */
import { join } from "node:path";
import { execa } from "execa";
import { Lab } from "../test/faults/lab.ts";
import { benchStart } from "./bench-start.ts";
import { interleaved, printRatio } from "./interleaved.ts";

const root = join(import.meta.dirname, "..");
const program = [process.execPath, join(root, "bin/run.js")] as const;
const binaries = join(process.env.LAB ?? "/var/tmp/netdoctor-lab", "bin");
const runs = Number(process.env.BENCH_RUNS ?? 9);

/** What a person does by hand: a Pod, a command in it, and the Pod away again. */
const onePod = `kubectl run bench-$$ --image=nicolaka/netshoot:v0.14 --image-pull-policy=IfNotPresent --restart=Never --command -- sleep 60 > /dev/null
kubectl wait --for=condition=Ready pod/bench-$$ --timeout=60s > /dev/null && kubectl exec bench-$$ -- ip addr > /dev/null
kubectl delete pod bench-$$ --grace-period=0 --force --wait=false > /dev/null 2>&1`;

await execa(process.execPath, [join(root, "scripts/build.ts")], { stdio: "inherit" });
const given = process.env.KUBECONFIG ?? "";
const lab = given === "" ? new Lab("bench") : null;
try {
  await lab?.up();
  const env = { KUBECONFIG: lab === null ? given : await lab.kubeconfig(), PATH: `${process.env.PATH}:${binaries}` };
  await benchStart(env.PATH);
  const check = await interleaved(env, [...program, "check", "--quiet"], ["sh", "-c", onePod], runs);
  printRatio("netdoctor check, until its report ÷ one Pod and one exec with kubectl", check, "first");
  printRatio("netdoctor check, until its namespace is gone ÷ the same", check, "end");
} finally {
  await lab?.down();
}
