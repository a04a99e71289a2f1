/** `npm run bench`: ratios in one run, medians of interleaved runs. Without KUBECONFIG on a lab of its own. */
import { join } from "node:path";
import { execa } from "execa";
import { Lab } from "../test/faults/lab.ts";

const root = join(import.meta.dirname, "..");
const program = [process.execPath, join(root, "bin/run.js")] as const;
const binaries = join(process.env.LAB ?? "/var/tmp/netdoctor-lab", "bin");
const runs = Number(process.env.BENCH_RUNS ?? 9);

/** What a person does by hand: a Pod, a command in it, and the Pod away again. */
const onePod = `kubectl run bench-$$ --image=nicolaka/netshoot:v0.14 --image-pull-policy=IfNotPresent --restart=Never --command -- sleep 60 > /dev/null
kubectl wait --for=condition=Ready pod/bench-$$ --timeout=60s > /dev/null && kubectl exec bench-$$ -- ip addr > /dev/null
kubectl delete pod bench-$$ --grace-period=0 --force --wait=false > /dev/null 2>&1`;

interface Time {
  /** Milliseconds until the first byte on stdout, and until the process ended. */
  readonly first: number;
  readonly end: number;
}

await execa(process.execPath, [join(root, "scripts/build.ts")], { stdio: "inherit" });
const given = process.env.KUBECONFIG ?? "";
const lab = given === "" ? new Lab("bench") : null;
try {
  await lab?.up();
  const env = { KUBECONFIG: lab === null ? given : await lab.kubeconfig(), PATH: `${process.env.PATH}:${binaries}` };
  const help = await interleaved(env, [...program, "--help"], ["kubectl", "version", "--client"], 15);
  print("netdoctor --help ÷ kubectl version --client", help, "end", 15);
  const check = await interleaved(env, [...program, "check", "--quiet"], ["sh", "-c", onePod], runs);
  print("netdoctor check, until its report ÷ one Pod and one exec with kubectl", check, "first", runs);
  print("netdoctor check, until its namespace is gone ÷ the same", check, "end", runs);
} finally {
  await lab?.down();
}

/** Runs both in turn, so that what else the machine does falls on both. */
async function interleaved(
  env: Record<string, string>,
  ours: readonly string[],
  theirs: readonly string[],
  times: number,
) {
  const samples: { readonly ours: Time[]; readonly theirs: Time[] } = { ours: [], theirs: [] };
  await timed(ours, env);
  for (let run = 0; run < times; run++) {
    samples.ours.push(await timed(ours, env));
    samples.theirs.push(await timed(theirs, env));
  }
  return samples;
}

function print(
  what: string,
  { ours, theirs }: { readonly ours: readonly Time[]; readonly theirs: readonly Time[] },
  until: keyof Time,
  times: number,
): void {
  const [a, b] = [median(ours.map((time) => time[until])), median(theirs.map(({ end }) => end))];
  console.log(`${what}: ${(a / b).toFixed(2)}   (${a.toFixed(0)} ms ÷ ${b.toFixed(0)} ms, medians of ${times})`);
}

async function timed([command = "", ...argv]: readonly string[], env: Record<string, string>): Promise<Time> {
  const start = performance.now();
  let first = Number.NaN;
  const running = execa(command, argv, { env });
  running.stdout.once("data", () => {
    first = performance.now() - start;
  });
  await running;
  return { first, end: performance.now() - start };
}
function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
