import type { Connection } from "../../collect/api/connection.ts";
import { type NodePodAddress, sendProbes } from "../../collect/node/run-program.ts";
import { byId, type Capture, type Captures } from "../../model/capture.ts";
import type { Snapshot } from "../../model/facts.ts";
import type { Flow } from "../../model/flow.ts";
import { nodeOf } from "../../model/flow-end.ts";
import { known, unknown } from "../../model/learned.ts";
import { readProbe } from "../../read/probe/probe-result.ts";
import { probeOrder } from "../probe-arguments.ts";
import { sendOrders } from "../send-orders.ts";
import { recordsCapture, saidOf } from "./client-seen.ts";

/** The node Pods through which packets are sent. */
export interface Sender {
  readonly connection: Connection;
  readonly targets: ReadonlyMap<string, NodePodAddress>;
  readonly ownNamespace: string;
  readonly signal: AbortSignal;
  readonly now: () => Date;
}

const probeSeconds = 1;

/** Sends flows from inside their senders' namespaces, then reads what connection tracking holds of them: `probe/plan`, the answers, `trace/records/…`. */
export async function sendFlows(
  sender: Sender,
  flows: readonly Flow[],
  snapshot: Snapshot,
): Promise<readonly Capture[]> {
  const { connection, targets, ownNamespace, signal, now } = sender;
  const pods = snapshot.pods.known ? snapshot.pods.value : [];
  const states = snapshot.nodeStates.known ? snapshot.nodeStates.value : new Map();
  const orders = flows.flatMap((flow, index) => {
    const order = probeOrder(flow, index, pods, states, ownNamespace);
    return order === null ? [] : [{ flow, node: nodeOf(flow.from), words: order.words }];
  });
  const takenAt = now().toISOString();
  const answers = await sendOrders(connection, [...targets.values()], orders, {
    now,
    signal,
    limitSeconds: probeSeconds,
    tries: 3,
  });
  const captures = byId(answers);
  const records = await readRecords(sender, flows, captures, snapshot);
  const judged = flows.filter((flow) => !isUnjudged(flow, captures));
  const plan = { id: "probe/plan", command: "kubectl netdoctor trace", takenAt, result: known(JSON.stringify(judged)) };
  return [plan, ...captures.values(), ...records];
}

/** Where small ICMP packets do not pass, a large one lost says nothing about sizes. */
function isUnjudged(flow: Flow, captures: Captures): boolean {
  if (flow.purpose !== "path-mtu") return false;
  const captured = captures.get(`probe/${flow.id}`)?.result;
  const result = captured === undefined ? null : readProbe(flow, captured);
  return result?.known === true && !["ok", "too-big", "lost-large"].includes(result.value.outcome);
}

/** Each Node's records of the connections just made: how it translated them, and that they got there. */
async function readRecords(
  { connection, targets, signal, now }: Sender,
  flows: readonly Flow[],
  captures: Captures,
  snapshot: Snapshot,
): Promise<readonly Capture[]> {
  const made = flows.flatMap((flow) => {
    const said = saidOf(flow, captures);
    return said === null || flow.port === null ? [] : [{ flow, port: said.clientPort }];
  });
  if (made.length === 0) return [];
  const words = (["tcp", "udp", "sctp"] as const).flatMap((protocol) => {
    const own = made.filter(({ flow }) => flow.protocol === protocol);
    const ports = [...new Set(own.flatMap(({ flow }) => [flow.port ?? 0, ...portsBehind(flow, snapshot)]))];
    const extra = [protocol, ...own.map(({ port }) => port)].join(" ");
    return ports.map((port) => [`${protocol}${port}`, "-", "-", "conntrack", "-", String(port), extra]);
  });
  const takenAt = now().toISOString();
  return Promise.all(
    [...targets.values()].map(async (target): Promise<Capture> => {
      const sections = await sendProbes(connection, target, words, {
        now,
        signal,
        limitSeconds: probeSeconds,
        tries: 1,
      });
      const parts = words.map(([id = ""]) => sections.get(id) ?? unknown("failed", "no answer"));
      const failed = parts.find((part) => !part.known);
      const text = parts.map((part) => (part.known ? part.value : "")).join("\n");
      return {
        id: recordsCapture(target.node),
        command: "conntrack -L",
        takenAt,
        result: failed !== undefined && text.trim() === "" ? failed : known(text),
      };
    }),
  );
}

/** The Pods' ports behind a NodePort: a Node that masquerades gives the connection another client port, and sends it on to one of these. */
function portsBehind({ port, protocol }: Flow, { services, endpointSlices }: Snapshot): readonly number[] {
  if (!services.known || !endpointSlices.known) return [];
  const behind = services.value.filter(({ ports }) =>
    ports.some(({ nodePort }) => nodePort !== null && nodePort === port),
  );
  return endpointSlices.value
    .filter((slice) => behind.some(({ namespace, name }) => namespace === slice.namespace && name === slice.service))
    .flatMap(({ ports }) => ports.flatMap((one) => (one.protocol.toLowerCase() === protocol ? (one.port ?? []) : [])));
}
