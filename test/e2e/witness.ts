import { setTimeout as sleep } from "node:timers/promises";
import { type Connection, connect } from "../../src/collect/api/connection.ts";
import { collectApi } from "../../src/collect/api/objects.ts";
import { type NodePodAddress, readNode } from "../../src/collect/node/run-program.ts";
import { closeSession, openSession } from "../../src/collect/session/session.ts";
import { newWitnessRun, witness, witnessed } from "../../src/engine/witness/witness.ts";
import type { Captures } from "../../src/model/capture.ts";
import type { Snapshot } from "../../src/model/facts.ts";
import type { FlowEnd, FlowResult } from "../../src/model/flow.ts";
import { unknown } from "../../src/model/learned.ts";
import type { Located } from "../../src/model/witness.ts";
import { walkFlow } from "../../src/path/walk.ts";
import { buildWorld } from "../../src/path/world.ts";
import { readSnapshot } from "../../src/read/facts.ts";
import type { Lab } from "../faults/lab.ts";
import { must, type Tally } from "./tally.ts";
import { witnessCases } from "./witness-cases.ts";

const image = "nicolaka/netshoot:v0.14";

/** A flow of the lab's workload, ready to be followed. */
export interface Followed {
  readonly connection: Connection;
  readonly pods: ReadonlyMap<string, NodePodAddress>;
  readonly snapshot: Snapshot;
  readonly result: FlowResult;
}

/** Each drop is placed by the witness alone: the walk is predicted from the healthy cluster. Afterwards nothing is left on a Node. */
export async function testWitness(tally: Tally, lab: Lab, only: readonly string[] = []): Promise<void> {
  const connection = await connect({ kubeconfig: await lab.kubeconfig() });
  const run = newWitnessRun();
  const options = {
    run,
    image,
    pullPolicy: "IfNotPresent",
    pullSecret: null,
    probes: false,
    deadlineSeconds: 1800,
  } as const;
  const now = (): Date => new Date();
  const signal = AbortSignal.timeout(1_800_000);
  const nodes = ["node1", "node2"];
  try {
    const opened = await openSession(
      connection,
      { ...options, startedAt: now().toISOString() },
      nodes,
      { nodePodMs: 120_000, probePodMs: 1 },
      signal,
    );
    if (!opened.ok) throw new Error(`no node Pods: ${opened.problem.refusal.message}`);
    const { session } = opened;
    const pods = new Map(
      [...session.nodePods].map(([node, { name }]) => [node, { node, namespace: session.namespace, pod: name }]),
    );
    const api = await collectApi(connection, { signal, now, onProgress: () => undefined });
    const read = await Promise.all(
      [...pods.values()].map((pod) => readNode(connection, pod, { now, signal, limitSeconds: 30 })),
    );
    const captures: Captures = new Map([...api, ...read.flat()].map((capture) => [capture.id, capture]));
    const snapshot = readSnapshot(captures, unknown("not-collected", "not sent"));
    for (const one of witnessCases) {
      if (only.length > 0 && !only.includes(one.name)) continue;
      await tally.test(`witness: ${one.name}`, async () => {
        const result = flowTo(snapshot, one.protocol ?? "tcp", one.to ?? "pod", one.bytes ?? null);
        const heal = await one.inject(lab, result);
        try {
          const begun = performance.now();
          const found = await follow({ connection, pods, snapshot, result }, signal);
          const seconds = ((performance.now() - begun) / 1000).toFixed(1);
          must(one.expect.test(found.text), `${found.verdict}: ${found.text}`);
          await nothingLeft(lab, nodes);
          return `${seconds} s: ${found.text}`;
        } finally {
          await heal();
        }
      });
    }
  } finally {
    await closeSession(connection, `netdoctor-${run}`, 60_000, AbortSignal.timeout(65_000));
    await connection.close();
  }
}

async function follow({ connection, pods, snapshot, result }: Followed, signal: AbortSignal): Promise<Located> {
  const captures = await witness(connection, pods, result, snapshot, {
    run: newWitnessRun(),
    signal,
    now: () => new Date(),
  });
  const read = witnessed(new Map(captures.map((capture) => [capture.id, capture])), [result]);
  if (read?.located == null)
    throw new Error(`nothing was witnessed: ${read?.witness.known === false ? read.witness.detail : ""}`);
  if (process.env.WITNESS_DEBUG !== undefined)
    console.error(JSON.stringify(read, (_key, value: unknown) => (value instanceof Map ? [...value] : value), 1));
  return read.located;
}

function flowTo(
  snapshot: Snapshot,
  protocol: "tcp" | "udp" | "icmp",
  to: "pod" | "service" | "outside",
  packetBytes: number | null,
): FlowResult {
  const pods = snapshot.pods.known ? snapshot.pods.value : [];
  const services = snapshot.services.known ? snapshot.services.value : [];
  const client = pods.find(({ name }) => name === "client-node1");
  const web = pods.find(({ node, labels, phase }) => node === "node2" && labels.app === "web" && phase === "Running");
  const service = services.find(({ name, namespace }) => name === "web" && namespace === "shop");
  if (client === undefined || web === undefined || service === undefined) throw new Error("the workload is not there");
  const end = (pod: typeof client): FlowEnd => ({
    kind: "Pod",
    namespace: pod.namespace,
    name: pod.name,
    node: pod.node,
    ip: pod.ips[0] ?? "",
    hostNetwork: false,
  });
  const target: FlowEnd =
    to === "service"
      ? { kind: "Service", namespace: "shop", name: "web", ip: service.clusterIPs[0] ?? "" }
      : to === "outside"
        ? { kind: "IP", ip: "198.51.100.10" }
        : end(web);
  const flow = {
    id: `witness ${protocol}`,
    purpose: packetBytes === null ? ("pod-to-pod" as const) : ("path-mtu" as const),
    from: end(client),
    to: target,
    protocol,
    port: protocol === "icmp" ? null : to === "pod" ? 8080 : 80,
    packetBytes,
    dns: null,
  };
  const { nodes, endpointSlices, nodeStates, unreadNodes } = snapshot;
  if (!nodes.known || !nodeStates.known) throw new Error("the cluster was not read");
  const world = buildWorld({
    nodes: nodes.value,
    pods,
    services,
    endpointSlices: endpointSlices.known ? endpointSlices.value : [],
    nodeStates: nodeStates.value,
    unreadNodes: unreadNodes.known ? unreadNodes.value : new Map(),
  });
  return { flow, predicted: walkFlow(flow, world), observed: unknown("not-collected", "not sent") };
}

/** No table, process, tracing instance or file of ours on any Node, in any network namespace. */
export async function nothingLeft(lab: Lab, nodes: readonly string[]): Promise<void> {
  const look =
    'for p in /proc/[0-9]*; do l=$(readlink $p/ns/net) || continue; case " $seen " in *" $l "*) continue;; esac; seen="$seen $l"; nsenter --net=$p/ns/net nft list tables 2>/dev/null | grep netdoctor_; done; ' +
    "ls -d /sys/kernel/tracing/instances/netdoctor_* 2>/dev/null; pgrep -a -x tcpdump; pgrep -a -x nft; ls -d /proc/[0-9]*/root/tmp/netdoctor-witness-* 2>/dev/null | head -n 3; true";
  let left = "";
  for (let attempt = 0; attempt < 10; attempt += 1) {
    left = (await Promise.all(nodes.map(async (node) => `${node}: ${await lab.node(node, ["sh", "-c", look])}`))).join(
      "\n",
    );
    if (nodes.every((node) => left.includes(`${node}: \n`) || left.endsWith(`${node}: `))) return;
    await sleep(500);
  }
  must(false, `left behind: ${left}`);
}
