import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import type { Lab } from "../faults/lab.ts";
import { leftBehind } from "./fault-run.ts";
import { netdoctor, type Run, startNetdoctor } from "./netdoctor.ts";
import { must, type Tally } from "./tally.ts";
import { clientIsOwn, clientSeenSchema } from "./trace-case.ts";

const traceSchema = v.object({
  verdict: v.string(),
  notes: v.array(v.string()),
  flows: v.array(
    v.object({
      title: v.string(),
      verdict: v.string(),
      basis: v.string(),
      outcome: v.string(),
      clientSeen: clientSeenSchema,
      ways: v.array(v.object({ there: v.array(v.unknown()), verdict: v.string() })),
    }),
  ),
  findings: v.array(v.object({ id: v.string() })),
  disagreements: v.array(v.unknown()),
});
type JsonTrace = v.InferOutput<typeof traceSchema>;

function traceOf(run: Run): JsonTrace {
  try {
    return v.parse(traceSchema, JSON.parse(run.stdout));
  } catch (cause) {
    throw new Error(`no trace (exit code ${run.exitCode}): ${run.stderr.slice(0, 600) || run.stdout.slice(0, 300)}`, {
      cause,
    });
  }
}

interface Place {
  readonly client: string;
  readonly web: string;
  readonly node: string;
}

/**
 * The main kinds of flow on a healthy lab with the workload `shop`, over node Pods kept warm: each passes, by a packet, as predicted; nothing
 * is left. All kinds: `npm run traces`.
 */
export async function testTrace(tally: Tally, lab: Lab): Promise<void> {
  const kubeconfig = await lab.kubeconfig();
  const [here, there] = await places(lab);
  if (here === undefined || there === undefined) throw new Error("the workload has no web Pod on two Nodes");
  const trace = (...argv: string[]): Promise<Run> => netdoctor(kubeconfig, ["trace", "--quiet", "-o", "json", ...argv]);
  const clean = async (): Promise<void> => {
    const left = await leftBehind(lab);
    must(left.length === 0, `left behind: ${left.join(", ")}`);
  };

  const flows: readonly (readonly [name: string, argv: readonly string[], also?: (trace: JsonTrace) => void])[] = [
    [
      "Pod to Pod across Nodes, the target without a shell",
      [`shop/${here.client}`, `shop/${there.web}`],
      ({ flows }) => clientIsOwn(flows[0]),
    ],
    ["Pod to itself through its Service", [`shop/${here.web}`, "shop/svc/web"]],
    [
      "Pod to a Service by its DNS name",
      [here.client, "web.shop.svc.cluster.local", "-n", "shop", "--port", "80"],
      resolved,
    ],
    ["Node to Pod", [`node/${here.node}`, `shop/${there.web}`]],
    ["Pod to the outside, masqueraded", [`shop/${here.client}`, "198.51.100.10", "--port", "80"], clientIsTranslated],
    ["host-network Pod to Pod", [`kube-system/kube-apiserver-node1`, `shop/${there.web}`]],
    [
      "UDP to the cluster's DNS",
      [`shop/${here.client}`, "kube-system/svc/kube-dns", "--port", "53", "--protocol", "udp"],
    ],
  ];
  const ends = [`shop/${here.client}`, `shop/${there.web}`];
  await testBundle(tally, kubeconfig, ends, clean);
  let kept: readonly string[] = [];
  await tally.test("trace --keep leaves its node Pods until the time it says", async () => {
    const run = await netdoctor(kubeconfig, ["trace", "--quiet", ...ends, "--keep", "10m"]);
    must(run.exitCode === 0 && /kept until .* 2 node Pods/.test(run.stderr), `${run.stdout}${run.stderr}`);
    kept = await leftBehind(lab);
    return `${run.seconds.toFixed(1)} s`;
  });
  for (const [name, argv, also] of flows) {
    await tally.test(`trace ${name}: passes`, async () => {
      const run = await trace(...argv);
      const traced = traceOf(run);
      const shown = traced.flows.map(({ title, outcome }) => `${title} ${outcome}`).join("; ");
      must(traced.verdict === "passes" && run.exitCode === 0, `${traced.verdict}, exit code ${run.exitCode}: ${shown}`);
      must(traced.flows[0]?.basis === "packet", `no packet proved it: ${shown}`);
      must(traced.disagreements.length === 0, `predicted otherwise: ${JSON.stringify(traced.disagreements)}`);
      also?.(traced);
      return `${run.seconds.toFixed(1)} s, ${traced.flows[0]?.outcome}`;
    });
  }
  await tally.test("the traces after --keep took its node Pods, and cleanup deletes all that stayed", async () => {
    const after = await leftBehind(lab);
    // The Service has endpoints on a third Node, which needed a node Pod too.
    const taken = kept.length === 3 && kept.every((name) => after.includes(name)) && after.length <= kept.length + 1;
    must(taken, `before ${kept.join()}, after ${after.join()}`);
    const cleaned = await netdoctor(kubeconfig, ["cleanup"]);
    must(cleaned.exitCode === 0 && /deleted/.test(cleaned.stdout), `${cleaned.stdout}${cleaned.stderr}`);
    await clean();
    return undefined;
  });
  await tally.test("trace of a name that is not there says what was meant, and creates nothing", async () => {
    const run = await trace(`shop/${here.client}x`, "shop/svc/web");
    must(run.exitCode === 2 && run.stderr.includes(`did you mean shop/${here.client}`), run.stderr);
    await clean();
    return undefined;
  });
  await tally.test("Ctrl-C in the middle of a trace deletes everything", async () => {
    const started = startNetdoctor(kubeconfig, ["trace", "--quiet", ...ends]);
    for (let waited = 0; waited < 200; waited++) {
      if ((await leftBehind(lab)).some((name) => name.includes("pod/"))) break;
      await sleep(50);
    }
    started.kill("SIGINT");
    const ended = await started;
    must(ended.exitCode === 130, `exit code ${ended.exitCode}: ${String(ended.stderr)}`);
    await clean();
    return undefined;
  });
}

function clientIsTranslated({ flows }: JsonTrace): void {
  const { known, value = "", detail = "" } = flows[0]?.clientSeen ?? { known: false };
  must(known && value.startsWith("192.168.100."), `the outside should see the Node: ${value}${detail}`);
}
function resolved({ notes }: JsonTrace): void {
  must(
    notes.some((note) => /^web\.shop\.svc\.cluster\.local is \d/.test(note)),
    notes.join("; "),
  );
}

async function testBundle(
  tally: Tally,
  kubeconfig: string,
  ends: readonly string[],
  clean: () => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "netdoctor-"));
  await tally.test("a trace leaves nothing, and its bundle gives the same answer", async () => {
    const file = join(directory, "trace.tar.gz");
    const live = await netdoctor(kubeconfig, ["trace", "--quiet", "-o", "json", ...ends, "--save", file]);
    const offline = await netdoctor("/nonexistent", ["trace", "-o", "json", "--bundle", file]);
    must(live.stdout === offline.stdout, "the answer of the bundle differs from that of the run");
    await clean();
    return undefined;
  });
  await rm(directory, { recursive: true, force: true });
}

/** The web Pod and the client Pod of each Node that has both. */
async function places(lab: Lab): Promise<readonly Place[]> {
  const path = `jsonpath={range .items[*]}{.spec.nodeName}{" "}{.metadata.name}{"\\n"}{end}`;
  const lines = (await lab.kubectl(["-n", "shop", "get", "pods", "-l", "app=web", "-o", path])).split("\n");
  return lines
    .map((line) => line.split(" "))
    .filter(([node = "", name = ""]) => node !== "" && name !== "")
    .map(([node = "", web = ""]) => ({ client: `client-${node}`, web, node }))
    .filter((place, index, all) => all.findIndex(({ node }) => node === place.node) === index)
    .sort((a, b) => (a.node < b.node ? -1 : 1));
}
