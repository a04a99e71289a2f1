import type { Connection } from "../../collect/api/connection.ts";
import { collectApi } from "../../collect/api/objects.ts";
import { readNode } from "../../collect/node/run-program.ts";
import { clusterNodes } from "../../collect/session/cluster-nodes.ts";
import { byId, type Capture, type Captures } from "../../model/capture.ts";
import { known, type Learned, mapLearned, unknown } from "../../model/learned.ts";
import type { TraceQuestion, TraceReport } from "../../model/trace.ts";
import { readSnapshot } from "../../read/facts.ts";
import { whyNoPod } from "../why-no-pod.ts";
import { concludeTrace } from "./conclude.ts";
import { addressIn, nameQueries } from "./dns-name.ts";
import { findEnds, type NameAnswer, nodesConcerned, podsConcerned, type TraceEnds } from "./ends.ts";
import { followFlow, type WitnessChoice } from "./follow.ts";
import { type NodePods, type NodePodsOptions, openNodePods } from "./node-pods.ts";
import { planTrace } from "./plan.ts";
import { requestCapture } from "./request-capture.ts";
import { type Sender, sendFlows } from "./send.ts";

export interface TraceOptions extends Omit<NodePodsOptions, "pods"> {
  readonly question: TraceQuestion;
  /** Null = no Pod is created: the answer is what the API alone allows. */
  readonly pods: NodePodsOptions["pods"] | null;
  readonly onProgress: (what: string) => void;
  readonly witness: WitnessChoice;
  /** Called with what following a packet adds to the Nodes, before it does. */
  readonly onWitness: (lines: readonly string[]) => void;
}
export interface TraceCollected {
  readonly captures: Captures;
  readonly report: TraceReport;
  readonly nodePods: NodePods | null;
}

/** What the API says of a question, and the Nodes that it concerns. */
interface Concerned {
  readonly api: readonly Capture[];
  readonly nodes: Awaited<ReturnType<typeof clusterNodes>>;
  readonly ends: TraceEnds;
  /** Those of them that can run a Pod of ours. */
  readonly usable: readonly string[];
}

/** Reads the API and finds both ends. Unknown with a sentence where one of them is not there. */
export async function concernedNodes(
  connection: Connection,
  { question, signal, now, onProgress }: Pick<TraceOptions, "question" | "signal" | "now" | "onProgress">,
): Promise<Learned<Concerned>> {
  const [api, nodes] = await Promise.all([
    collectApi(connection, { signal, now, onProgress: ({ what }) => onProgress(`reading the API: ${what}`) }),
    clusterNodes(connection, signal),
  ]);
  const ends = findEnds(readSnapshot(byId(api)), question, null);
  if (!ends.known) return ends;
  const suitable = new Set(
    nodes.known ? nodes.value.filter((node) => node.unsuitable === null).map(({ name }) => name) : [],
  );
  const usable = nodesConcerned(ends.value, question.port).filter((node) => suitable.has(node));
  return known({ api, nodes, ends: ends.value, usable });
}

const nodeSeconds = 10;

/**
 * Reads the API, and of the Nodes and network namespaces only those that the question concerns; sends the flows and reads what the Nodes'
 * connection tracking says of them. Where a packet does not pass as predicted, the Nodes are read whole and the packet is followed.
 * Unknown with a sentence where an end is not there.
 */
export async function collectTrace(connection: Connection, options: TraceOptions): Promise<Learned<TraceCollected>> {
  const { question, now, onProgress, pods } = options;
  const concerned = await concernedNodes(connection, options);
  if (!concerned.known) return concerned;
  const { api, nodes, ends, usable } = concerned.value;
  const concluded = (captures: Captures, nodePods: NodePods | null): Learned<TraceCollected> =>
    mapLearned(concludeTrace(captures, question), (report) => ({ captures, report, nodePods }));
  const onlyApi = (others: readonly Capture[]): Learned<TraceCollected> => {
    const request = requestCapture({ question, answer: null }, now().toISOString());
    return concluded(byId([...api, ...others, request]), null);
  };
  if (pods === null) return onlyApi(leftOut(nodes, [], "left out by --api-only", now));
  if (usable.length === 0) return onlyApi(leftOut(nodes, [], "no Node of this trace can run a Pod of ours", now));
  onProgress(`starting Pods on ${usable.join(", ")}`);
  const opened = await openNodePods(connection, usable, { ...options, pods });
  if (!opened.known) return onlyApi([note("session/run", opened, now)]);
  const nodePods = opened.value;
  const sender: Sender = {
    connection,
    targets: running(nodePods, usable),
    ownNamespace: nodePods.session.namespace,
    signal: options.signal,
    now,
  };
  const around = [
    ...api,
    ...leftOut(nodes, usable, "not concerned by this trace", now),
    ...sessionNotes(nodePods, usable, now),
  ];
  onProgress(`reading ${usable.join(", ")}`);
  const uids = podsConcerned(ends, question.port);
  const sofar = [...around, ...(await readNodes(sender, uids))];
  const proven = byId([...sofar, ...(await sendAll(sender, byId(sofar), ends, options))]);
  const quick = concluded(proven, nodePods);
  if (options.witness !== "always" && quick.known && passesAsPredicted(quick.value.report)) return quick;
  if (uids !== null) onProgress(`looking into every Pod of ${usable.join(", ")}`);
  const whole = uids === null ? proven : byId([...proven.values(), ...(await readNodes(sender, null))]);
  const answer = whole === proven ? quick : concluded(whole, nodePods);
  if (!answer.known) return answer;
  const followed = await followFlow(sender, whole, answer.value.report.flows, { ...options, choice: options.witness });
  return followed.length === 0 ? answer : concluded(byId([...whole.values(), ...followed]), nodePods);
}

/** Then what was read explains all that was seen, and more of it would change nothing. */
const passesAsPredicted = ({ verdict, flows, disagreements }: TraceReport): boolean =>
  verdict === "passes" &&
  disagreements.length === 0 &&
  flows.every(({ basis, predicted }) => basis === "packet" && predicted.every((walk) => walk.verdict === "passes"));

const note = (id: string, result: Capture["result"], now: () => Date): Capture => ({
  id,
  command: "kubectl netdoctor trace",
  takenAt: now().toISOString(),
  result,
});

/** Nodes that are none of this trace's business are known to be left out, which is no gap. */
function leftOut(
  nodes: Awaited<ReturnType<typeof clusterNodes>>,
  usable: readonly string[],
  why: string,
  now: () => Date,
): readonly Capture[] {
  return (nodes.known ? nodes.value : [])
    .filter(({ name }) => !usable.includes(name))
    .map(({ name, unsuitable }) =>
      note(
        `node/${name}/session`,
        unsuitable === null ? unknown("not-collected", why) : unknown("no-tool", unsuitable),
        now,
      ),
    );
}

function running({ session }: NodePods, nodes: readonly string[]): Sender["targets"] {
  return new Map(
    nodes.flatMap((node) => {
      const pod = session.nodePods.get(node);
      return pod?.running === true ? [[node, { node, namespace: session.namespace, pod: pod.name }] as const] : [];
    }),
  );
}

/** What the run is, and which Nodes have no running Pod of it. */
function sessionNotes({ session }: NodePods, nodes: readonly string[], now: () => Date): readonly Capture[] {
  const run = note("session/run", known(JSON.stringify({ run: session.run, namespace: session.namespace })), now);
  const missing = nodes.filter((node) => session.nodePods.get(node)?.running !== true);
  return [run, ...missing.map((node) => note(`node/${node}/session`, whyNoPod(session, node), now))];
}

async function readNodes(
  { connection, targets, signal, now }: Sender,
  podUids: readonly string[] | null,
): Promise<readonly Capture[]> {
  const options = { now, signal, limitSeconds: nodeSeconds };
  const read = await Promise.all([...targets.values()].map((target) => readNode(connection, target, options, podUids)));
  signal.throwIfAborted();
  return read.flat();
}

/** Asks for the name first where the target is one, then sends what follows from its address; a name without one is the answer. */
async function sendAll(
  sender: Sender,
  sofar: Captures,
  found: TraceEnds,
  { question, onProgress, now }: TraceOptions,
): Promise<readonly Capture[]> {
  const snapshot = readSnapshot(sofar);
  const states = snapshot.nodeStates.known ? snapshot.nodeStates.value : new Map();
  const request = (answer: NameAnswer | null): Capture => requestCapture({ question, answer }, now().toISOString());
  let ends = found;
  let answer: NameAnswer | null = null;
  if (found.target.kind === "name") {
    onProgress(`asking the cluster's DNS for ${found.target.name}`);
    const queries = nameQueries(found, found.target, snapshot);
    const asked = await sendFlows(sender, queries, snapshot);
    answer = addressIn(found.target, queries, byId(asked));
    const again = findEnds(snapshot, question, answer);
    if (answer === null || !again.known) return [...asked, request(null)];
    ends = again.value;
  }
  const flows = planTrace(question, ends, states);
  onProgress(`sending ${flows.length === 1 ? "a packet" : `${flows.length} packets`}`);
  return [...(await sendFlows(sender, flows, snapshot)), request(answer)];
}
