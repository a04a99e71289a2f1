import pLimit from "p-limit";
import type { Connection } from "../collect/api/connection.ts";
import { collectApi } from "../collect/api/objects.ts";
import { readNode } from "../collect/node/run-program.ts";
import { type ClusterNode, clusterNodes } from "../collect/session/cluster-nodes.ts";
import { namespaceOf, type RunOptions } from "../collect/session/objects.ts";
import { collectRunObjects } from "../collect/session/run-objects.ts";
import { closeSession, openSession, type Session, type SessionLimits } from "../collect/session/session.ts";
import { byId, type Capture, type Captures } from "../model/capture.ts";
import { known, unknown } from "../model/learned.ts";
import { joinRounds } from "../read/probe/probe-result.ts";
import { sweepExpired } from "./kept-sessions.ts";
import { type EgressChoice, planProbes } from "./plan-probes.ts";
import { secondRound } from "./second-round.ts";
import { sendOrders } from "./send-orders.ts";
import { whyNoPod } from "./why-no-pod.ts";

export interface LiveOptions {
  /** Null = `--api-only`: no Pod is created, Nodes are not read, nothing is probed. */
  readonly pods: RunOptions | null;
  readonly limits: SessionLimits;
  readonly egress: EgressChoice;
  /** Which Nodes to examine; empty = all. */
  readonly nodes: readonly string[];
  readonly onProgress: (what: string) => void;
  /** Called with what a run that failed or was stopped could not delete. */
  readonly onLeft: (left: readonly string[]) => void;
  readonly signal: AbortSignal;
  readonly now: () => Date;
}
export interface Live {
  readonly captures: Captures;
  /** Deletes what the run created; resolves with what is still there. Under way already, to be awaited before the program ends. */
  readonly cleaned: Promise<readonly string[]>;
}

const nodeSeconds = 10;
const probeSeconds = 1;
const laterSeconds = 3;
const nodesAtOnce = 10;
const cleanupMs = 60_000;

/** Reads the cluster: API, Nodes, probes, everything as captures. What the run created is deleted whatever happens. */
export async function collectLive(connection: Connection, options: LiveOptions): Promise<Live> {
  const { pods, signal, onProgress } = options;
  const api = collectApi(connection, {
    signal,
    now: options.now,
    onProgress: ({ what, objects }) => onProgress(`reading the API: ${objects} ${what}`),
  });
  if (pods === null) return { captures: byId(await api), cleaned: Promise.resolve([]) };
  const close = () => closeSession(connection, namespaceOf(pods.run), cleanupMs, AbortSignal.timeout(cleanupMs + 5000));
  // What an earlier `trace --keep` left goes as well, once its time is over.
  const expired = sweepExpired(connection, options.now(), signal);
  // Settled, not all: a Ctrl-C must wait until no request is under way that could still create something.
  const [read, opened] = await Promise.allSettled([api, open(connection, pods, options)]);
  try {
    if (read.status === "rejected") throw read.reason;
    if (opened.status === "rejected") throw opened.reason;
    const { session, captures, created } = opened.value;
    const sofar = [...read.value, ...captures];
    const examined = session === null ? [] : await examine(connection, session, byId(sofar), options);
    return { captures: byId([...sofar, ...examined]), cleaned: joined(created ? close() : [], expired) };
  } catch (cause) {
    onProgress("deleting the run's Pods");
    const left = await joined(close(), expired);
    if (left.length > 0) options.onLeft(left);
    throw cause;
  }
}

async function joined(
  ...left: readonly (readonly string[] | Promise<readonly string[]>)[]
): Promise<readonly string[]> {
  return (await Promise.all(left)).flat();
}

interface Opening {
  readonly session: Session | null;
  /** False where nothing was created that would have to be deleted. */
  readonly created: boolean;
  readonly captures: readonly Capture[];
}
async function open(connection: Connection, pods: RunOptions, options: LiveOptions): Promise<Opening> {
  const { signal, now, onProgress, limits } = options;
  const note = (id: string, result: Capture["result"]): Capture => ({
    id,
    command: "kubectl netdoctor check",
    takenAt: now().toISOString(),
    result,
  });
  const nodes = await clusterNodes(connection, signal);
  if (!nodes.known) return { session: null, created: false, captures: [note("session/run", nodes)] };
  const wanted = nodes.value.filter(({ name }) => options.nodes.length === 0 || options.nodes.includes(name));
  const suitable = wanted.filter(({ unsuitable }) => unsuitable === null);
  onProgress(`starting Pods on ${suitable.length} Nodes`);
  const opened = await openSession(
    connection,
    pods,
    suitable.map(({ name }) => name),
    { ...limits, notReady: namesOf(suitable, false) },
    signal,
  );
  const left = [
    ...nodes.value
      .filter((node) => !wanted.includes(node))
      .map(({ name }) => note(`node/${name}/session`, unknown("not-collected", "left out by --nodes"))),
    ...wanted.flatMap(({ name, unsuitable }) =>
      unsuitable === null ? [] : [note(`node/${name}/session`, unknown("no-tool", unsuitable))],
    ),
  ];
  if (!opened.ok) {
    const { what, refusal } = opened.problem;
    const refused = unknown(refusal.status === 403 ? "forbidden" : "failed", `may not ${what}: ${refusal.message}`);
    return {
      session: null,
      created: opened.created,
      captures: [
        note("session/run", refused),
        ...left,
        ...suitable.map(({ name }) => note(`node/${name}/session`, refused)),
      ],
    };
  }
  const { session } = opened;
  const run = note("session/run", known(JSON.stringify({ run: session.run, namespace: session.namespace })));
  const notStarted = suitable.flatMap(({ name }) =>
    session.nodePods.get(name)?.running === true ? [] : [note(`node/${name}/session`, whyNoPod(session, name))],
  );
  return { session, created: true, captures: [run, ...left, ...notStarted] };
}

const namesOf = (nodes: readonly ClusterNode[], ready: boolean): ReadonlySet<string> =>
  new Set(nodes.filter((node) => node.ready === ready).map(({ name }) => name));

async function examine(
  connection: Connection,
  session: Session,
  sofar: Captures,
  options: LiveOptions,
): Promise<readonly Capture[]> {
  const { signal, now, onProgress } = options;
  const gate = pLimit(nodesAtOnce);
  const running = [...session.nodePods.values()]
    .filter((pod) => pod.running)
    .map(({ node, name }) => ({ node, namespace: session.namespace, pod: name }));
  let done = 0;
  onProgress(`reading ${running.length} Nodes`);
  const [objects, ...nodes] = await Promise.all([
    collectRunObjects(connection, session.namespace, now, signal),
    ...running.map((target) =>
      gate(async () => {
        const captures = await readNode(connection, target, { now, signal, limitSeconds: nodeSeconds });
        onProgress(`reading Nodes: ${++done} of ${running.length}`);
        return captures;
      }),
    ),
  ]);
  signal.throwIfAborted();
  const captures = [...objects, ...nodes.flat()];
  if (options.pods?.probes !== true) return captures;
  const plan = planProbes(byId([...sofar.values(), ...captures]), session.namespace, options.egress);
  onProgress(`sending ${plan.orders.length} probes`);
  const probe = { now, signal, limitSeconds: probeSeconds, tries: 3 };
  const answers = await sendOrders(connection, running, plan.orders, probe);
  const sent: Capture = {
    id: "probe/plan",
    command: "kubectl netdoctor check",
    takenAt: now().toISOString(),
    result: known(JSON.stringify(plan.flows)),
  };
  const again = secondRound(byId([...sofar.values(), ...captures, sent, ...answers]));
  if (again.size === 0) return [...captures, sent, ...answers];
  onProgress(`sending ${again.size} probes once more`);
  const orders = plan.orders.filter(({ flow }) => again.has(flow.id));
  const later = await sendOrders(connection, running, orders, { ...probe, limitSeconds: laterSeconds, tries: 1 });
  return [...captures, sent, ...bothRounds(answers, byId(later))];
}

/** One capture a probe: what was said in the first round and, where there was one, in the second. */
function bothRounds(first: readonly Capture[], second: Captures): readonly Capture[] {
  return first.map((capture) => {
    const later = second.get(capture.id)?.result;
    if (!capture.result.known || later?.known !== true) return capture;
    return { ...capture, result: known(joinRounds(capture.result.value, later.value)) };
  });
}
