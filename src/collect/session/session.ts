import { setTimeout as sleep } from "node:timers/promises";
import { AccessError } from "../api/access-error.ts";
import type { Connection } from "../api/connection.ts";
import type { Refusal } from "../api/refusal.ts";
import { namespaceOf, nodePod, probePod, probeService, type RunOptions, runAccount, runNamespace } from "./objects.ts";
import { failedSandboxes, type PodState, podStates } from "./pod-states.ts";

/** A run's own Pods on the cluster, and what kept any of them from starting. */
export interface Session {
  readonly run: string;
  readonly namespace: string;
  readonly nodePods: ReadonlyMap<string, PodState>;
  readonly probePods: ReadonlyMap<string, PodState>;
  /** Nodes without a node Pod, with the reason. */
  readonly refused: ReadonlyMap<string, string>;
}
export interface SessionRefusal {
  readonly what: string;
  readonly refusal: Refusal;
}
export type Opened =
  | { readonly ok: true; readonly session: Session }
  /** `created`: the namespace exists, or may. */
  | { readonly ok: false; readonly problem: SessionRefusal; readonly created: boolean };

export interface SessionLimits {
  /** How long node Pods may take: image pulls included. */
  readonly nodePodMs: number;
  /** How long probe Pods may take after the node Pods run: they need the network that may be what is broken. */
  readonly probePodMs: number;
  /** Nodes that are not Ready: waited for only a little longer than the others. */
  readonly notReady?: ReadonlySet<string>;
}

/**
 * Creates the run's namespace and Pods and waits until they run or are known not to. A refusal is a value; the namespace is then deleted
 * again by the caller's `closeSession`. Asks for a server-side dry run first, so that admission answers before anything exists.
 */
export async function openSession(
  connection: Connection,
  options: RunOptions,
  nodes: readonly string[],
  limits: SessionLimits,
  signal: AbortSignal,
): Promise<Opened> {
  const namespace = namespaceOf(options.run);
  const refuse = (what: string, refusal: Refusal, exists: boolean): Opened => ({
    ok: false,
    problem: { what, refusal },
    created: exists,
  });

  const rehearsal = await connection.create("/api/v1/namespaces", runNamespace(options), { dryRun: true, signal });
  if (!rehearsal.ok) return refuse(`create the namespace ${namespace}`, rehearsal.refusal, false);
  // Not aborted by Ctrl-C: a request cut in the middle leaves open whether the namespace exists, and closeSession must know.
  const created = await connection.create("/api/v1/namespaces", runNamespace(options), {
    signal: AbortSignal.timeout(30_000),
  });
  // A server's failure, unlike its refusal, leaves open whether it did what it was asked.
  if (!created.ok) return refuse(`create the namespace ${namespace}`, created.refusal, created.refusal.status >= 500);

  // The controller manager makes this account too, a moment later, or never where it stands still. Refused, it is waited for.
  await connection.create(`/api/v1/namespaces/${namespace}/serviceaccounts`, runAccount(options), { signal });
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const first = nodes[0];
  if (first !== undefined) {
    const dryRun = await createOnceAccountExists(connection, pods, nodePod(options, first, 0), true, signal);
    if (!dryRun.ok) return refuse(`create a privileged Pod in the namespace ${namespace}`, dryRun.refusal, true);
  }
  for (const name of options.probes ? (["probe", "hairpin"] as const) : []) {
    await connection.create(`/api/v1/namespaces/${namespace}/services`, probeService(options, name), { signal });
  }
  const refused = new Map<string, string>();
  await Promise.all(
    nodes.map(async (node, index) => {
      const answer = await createOnceAccountExists(connection, pods, nodePod(options, node, index), false, signal);
      if (!answer.ok) refused.set(node, answer.refusal.message);
    }),
  );
  const states = await startProbes(connection, namespace, options, nodes, nodes.length - refused.size, limits, signal);
  return {
    ok: true,
    session: {
      run: options.run,
      namespace,
      nodePods: byNode(states, "node"),
      probePods: byNode(states, "probe"),
      refused,
    },
  };
}

/** Where we may not make the default ServiceAccount ourselves, a new namespace has none for some milliseconds, and the API server forbids every Pod. */
async function createOnceAccountExists(
  connection: Connection,
  path: string,
  pod: object,
  dryRun: boolean,
  signal: AbortSignal,
) {
  const until = performance.now() + accountMs;
  for (;;) {
    const answer = await connection.create(path, pod, { dryRun, signal });
    if (answer.ok || performance.now() > until || !/serviceaccount .*not found/i.test(answer.refusal.message))
      return answer;
    await sleep(50, undefined, { signal });
  }
}

const accountMs = 10_000;
const notReadyMs = 5000;

/**
 * Starts each Node's probe Pod once its node Pod runs, which has then noted what the CNI changes when it sets up a Pod, and waits until
 * all run or are known not to.
 */
async function startProbes(
  connection: Connection,
  namespace: string,
  options: RunOptions,
  nodes: readonly string[],
  expected: number,
  limits: SessionLimits,
  signal: AbortSignal,
): Promise<readonly PodState[]> {
  const started = performance.now();
  const probed = new Set<string>();
  let nodesSince: number | null = null;
  for (;;) {
    const states = await podStates(connection, namespace, signal);
    const of = (role: string) => states.filter((pod) => pod.role === role);
    const ready = options.probes ? of("node").filter(({ running, node }) => running && !probed.has(node)) : [];
    for (const { node } of ready) probed.add(node);
    await Promise.all(
      ready.map(({ node }) =>
        createOnceAccountExists(
          connection,
          `/api/v1/namespaces/${namespace}/pods`,
          probePod(options, node, nodes.indexOf(node)),
          false,
          signal,
        ),
      ),
    );
    const waited = performance.now() - started;
    const awaited = of("node").filter(({ node }) => !(waited > notReadyMs && limits.notReady?.has(node)));
    if (of("node").filter(settled).length >= Math.min(expected, awaited.length) && of("node").length >= expected)
      nodesSince ??= performance.now();
    if (nodesSince !== null && ready.length === 0 && of("probe").length >= probed.size && of("probe").every(settled))
      return states;
    const probesWaited = nodesSince === null ? 0 : performance.now() - nodesSince;
    if (
      probesWaited > limits.probePodMs ||
      (nodesSince !== null && (await sandboxesFail(connection, namespace, of("probe"), probesWaited, signal)))
    )
      return states;
    if (waited > limits.nodePodMs) return states;
    await sleep(100, undefined, { signal });
  }
}

const settled = ({ running, failure }: PodState): boolean => running || failure !== null;

/** Whether the kubelet has said of every probe Pod still awaited that its network cannot be set up: then waiting longer tells nothing more. */
async function sandboxesFail(
  connection: Connection,
  namespace: string,
  probes: readonly PodState[],
  waitedMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  if (waitedMs < 1500 || probes.length === 0) return false;
  const failed = await failedSandboxes(connection, namespace, signal);
  return probes.filter((pod) => !settled(pod)).every(({ name }) => failed.has(name));
}

const byNode = (states: readonly PodState[], role: string) =>
  new Map(states.filter((pod) => pod.role === role).map((pod) => [pod.node, pod]));

/**
 * Deletes the run's namespace and waits until nothing of it is left or `waitMs` is over; returns what was or may be still there then.
 * Does not throw for a server that cannot be reached any more.
 */
export async function closeSession(
  connection: Connection,
  namespace: string,
  waitMs: number,
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    return await removeNamespace(connection, namespace, waitMs, signal);
  } catch (cause) {
    if (cause instanceof AccessError) return [`Namespace ${namespace}: ${cause.message}`];
    if (signal.aborted) return [`Namespace ${namespace}: not deleted within the time limit`];
    throw cause;
  }
}

/** The Pods go first and at once: nothing in them needs a grace period, and a Node that is down must not hold the deletion. */
async function removeNamespace(
  connection: Connection,
  namespace: string,
  waitMs: number,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const path = `/api/v1/namespaces/${namespace}`;
  const removed = await connection.remove(`${path}/pods`, {
    gracePeriodSeconds: 0,
    propagationPolicy: "Background",
    signal,
  });
  if (!removed.ok && removed.refusal.status !== 404) await sleep(100, undefined, { signal });
  const gone = await connection.remove(path, { propagationPolicy: "Background", signal });
  if (!gone.ok) return gone.refusal.status === 404 ? [] : [`Namespace ${namespace}: ${gone.refusal.message}`];
  const until = performance.now() + waitMs;
  while (performance.now() < until) {
    const now = await connection.get(path, { signal });
    if (!now.ok && now.refusal.status === 404) return [];
    await sleep(100, undefined, { signal });
  }
  return [`Namespace ${namespace}: still terminating after ${Math.round(waitMs / 1000)} s`];
}
