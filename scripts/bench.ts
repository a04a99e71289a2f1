/** `npm run bench`: ratios in one run, medians of interleaved runs. Without KUBECONFIG on a lab of its own. */
import { join } from "node:path";
import { execa } from "execa";
import { binaries, Lab } from "../test/faults/lab.ts";
import { setUpWorkload } from "../test/faults/workload.ts";
import { benchStart } from "./bench-start.ts";
import { interleaved, printRatio } from "./interleaved.ts";
import { executableOf, hostPlatform, nameOf } from "./package/platforms.ts";

const root = join(import.meta.dirname, "..");
const host = hostPlatform();
const program = join(root, "dist/package", nameOf(host), executableOf(host));
const runs = Number(process.env.BENCH_RUNS ?? 9);

/** What a person does by hand: a Pod, a command in it, and the Pod away again. */
const onePod = `kubectl run bench-$$ --image=nicolaka/netshoot:v0.14 --image-pull-policy=IfNotPresent --restart=Never --command -- sleep 60 > /dev/null
kubectl wait --for=condition=Ready pod/bench-$$ --timeout=60s > /dev/null && kubectl exec bench-$$ -- ip addr > /dev/null
kubectl delete pod bench-$$ --grace-period=0 --force --wait=false > /dev/null 2>&1`;

/** What every cluster of kubeadm's has; in the lab a Pod on one Node and one on another. */
const inAnyCluster = ["kube-system/deploy/coredns", "kube-system/svc/kube-dns", "--port", "53"] as const;
const inTheLab = ["shop/client-node1", "shop/client-node2", "--protocol", "icmp"] as const;

await execa(process.execPath, [join(root, "scripts/package.ts"), "--only", nameOf(host)], { stdio: "inherit" });
const given = process.env.KUBECONFIG ?? "";
const lab = given === "" ? new Lab("bench") : null;
try {
  await lab?.up();
  if (lab !== null) await setUpWorkload(lab);
  const env = { KUBECONFIG: lab === null ? given : await lab.kubeconfig(), PATH: `${process.env.PATH}:${binaries}` };
  await benchStart(env.PATH);
  const byHand = ["sh", "-c", onePod];
  const trace = [program, "trace", "--quiet", ...(lab === null ? inAnyCluster : inTheLab)];
  const cold = await interleaved(env, trace, byHand, runs);
  printRatio("netdoctor trace, until its answer ÷ one Pod and one exec with kubectl", cold, "first");
  await execa(program, [...trace.slice(1), "--keep", "15m"], { env });
  const warm = await interleaved(env, trace, byHand, runs);
  printRatio("netdoctor trace over node Pods kept warm, to its end ÷ the same", warm, "end");
  await execa(program, ["cleanup"], { env });
  const check = await interleaved(env, [program, "check", "--quiet"], byHand, runs);
  printRatio("netdoctor check, until its report ÷ the same", check, "first");
  printRatio("netdoctor check, until its namespace is gone ÷ the same", check, "end");
} finally {
  await lab?.down();
}
