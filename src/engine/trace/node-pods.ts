import { createHash } from "node:crypto";
import type { Connection } from "../../collect/api/connection.ts";
import type { KeptSession } from "../../collect/session/kept.ts";
import { type KeptRun, namespaceOf, nodePod, type RunOptions, sessionObjects } from "../../collect/session/objects.ts";
import { type PodState, podStates } from "../../collect/session/pod-states.ts";
import { closeSession, openSession, type Session, type SessionLimits } from "../../collect/session/session.ts";
import { known, type Learned, unknown } from "../../model/learned.ts";
import { ownerOf } from "../kept-sessions.ts";

/** The node Pods of one trace. */
export interface NodePods {
  readonly session: Session;
  /** RFC 3339; null where they are deleted after this run. */
  readonly keptUntil: string | null;
  /** An earlier run made them: they are not this one's to delete. */
  readonly reused: boolean;
}
export interface NodePodsOptions {
  readonly pods: RunOptions;
  /** How long they are to stay; null = they are deleted after this run. */
  readonly keepMs: number | null;
  readonly limits: SessionLimits;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  /** What `keptSessions` shows. */
  readonly kept: readonly KeptSession[];
  /** Called before anything is created. */
  readonly onNamespace: (namespace: string) => void;
}

/** A kept session is used only where it lives on for as long as a slow trace may take. */
const leastLifeMs = 30_000;
/** The Pods outlive their announced end by this, so that a trace begun before it is not cut. */
const graceSeconds = 60;

/** Uses the node Pods that an earlier run of the same user kept, with those that are missing added; else makes them. Unknown with the refusal. */
export async function openNodePods(
  connection: Connection,
  nodes: readonly string[],
  options: NodePodsOptions,
): Promise<Learned<NodePods>> {
  const { signal } = options;
  const usable = usableSession(connection, options);
  if (usable !== null) {
    const session = await reuse(connection, usable, nodes, options);
    if (session !== null) return known({ session, keptUntil: usable.until, reused: true });
  }
  const run = newRun(connection, options);
  options.onNamespace(namespaceOf(run.run));
  const opened = await openSession(connection, run, nodes, options.limits, signal);
  if (!opened.ok) {
    const { what, refusal } = opened.problem;
    if (opened.created) await closeSession(connection, namespaceOf(run.run), 10_000, AbortSignal.timeout(15_000));
    return unknown(refusal.status === 403 ? "forbidden" : "failed", `may not ${what}: ${refusal.message}`);
  }
  return known({ session: opened.session, keptUntil: run.kept?.until ?? null, reused: false });
}

/** What `openNodePods` would create, and nothing is created: the Pods that a kept session lacks, else a namespace and all of them. */
export async function plannedNodePods(
  connection: Connection,
  nodes: readonly string[],
  options: NodePodsOptions,
): Promise<readonly object[]> {
  const usable = usableSession(connection, options);
  const present = usable === null ? [] : await podStates(connection, usable.namespace, options.signal);
  if (usable === null || present.some(({ failure }) => failure !== null))
    return nodes.length === 0 ? [] : sessionObjects(newRun(connection, options), nodes);
  const run = runInside(usable, options);
  const missing = nodes.filter((node) => !present.some((pod) => pod.node === node));
  return missing.map((node, index) => nodePod(run, node, present.length + index));
}

function newRun(connection: Connection, { pods, keepMs, now }: NodePodsOptions): RunOptions {
  const own = { ...pods, probes: false };
  if (keepMs === null) return own;
  const kept = keptRun(connection, new Date(now().getTime() + keepMs));
  return { ...own, kept, deadlineSeconds: Math.ceil(keepMs / 1000) + graceSeconds };
}

function runInside(kept: KeptSession, { pods, now }: NodePodsOptions): RunOptions {
  const deadlineSeconds = Math.ceil((Date.parse(kept.until) - now().getTime()) / 1000) + graceSeconds;
  return { ...pods, run: kept.run, probes: false, kept, deadlineSeconds };
}

function usableSession(connection: Connection, { pods, kept, now }: NodePodsOptions): KeptSession | null {
  const { owner, programs } = keptRun(connection, now());
  const usable = kept.filter(
    (session) =>
      session.owner === owner &&
      session.programs === programs &&
      session.image === pods.image &&
      Date.parse(session.until) > now().getTime() + leastLifeMs,
  );
  return usable.sort((a, b) => (a.until > b.until ? -1 : 1))[0] ?? null;
}

/** The kept session with a running Pod on every Node wanted; null where one of its Pods has ended, so that new ones are made. */
async function reuse(
  connection: Connection,
  kept: KeptSession,
  nodes: readonly string[],
  options: NodePodsOptions,
): Promise<Session | null> {
  const { signal, limits } = options;
  const present = await podStates(connection, kept.namespace, signal);
  if (present.some(({ failure }) => failure !== null)) return null;
  const missing = nodes.filter((node) => !present.some((pod) => pod.node === node));
  const run = runInside(kept, options);
  const refused = new Map<string, string>();
  await Promise.all(
    missing.map(async (node, index) => {
      const pod = nodePod(run, node, present.length + index);
      const answer = await connection.create(`/api/v1/namespaces/${kept.namespace}/pods`, pod, { signal });
      if (!answer.ok) refused.set(node, answer.refusal.message);
    }),
  );
  const until = performance.now() + limits.nodePodMs;
  let states: readonly PodState[] = present;
  const waiting = (): boolean =>
    nodes.some(
      (node) => !refused.has(node) && !states.some((pod) => pod.node === node && (pod.running || pod.failure !== null)),
    );
  while (waiting() && performance.now() < until) {
    states = await podStates(connection, kept.namespace, signal);
  }
  const nodePods = new Map(states.map((pod) => [pod.node, pod]));
  return { run: kept.run, namespace: kept.namespace, nodePods, probePods: new Map(), refused };
}

function keptRun(connection: Connection, until: Date): KeptRun {
  return {
    until: until.toISOString(),
    owner: ownerOf(connection),
    programs: programsDigest,
  };
}

const anyRun = {
  run: "",
  image: "",
  pullPolicy: "IfNotPresent",
  pullSecret: null,
  probes: false,
  startedAt: "",
  deadlineSeconds: 0,
} as const;
const programsDigest = createHash("sha256")
  .update(JSON.stringify(nodePod(anyRun, "", 0).spec))
  .digest("hex")
  .slice(0, 16);
