import fc from "fast-check";
import { type Connection, connect } from "../../../src/collect/api/connection.ts";
import { collectApi } from "../../../src/collect/api/objects.ts";
import { type NodePodAddress, readNode } from "../../../src/collect/node/run-program.ts";
import { closeSession, openSession, type Session } from "../../../src/collect/session/session.ts";
import { runOptions } from "../../../src/engine/obtain.ts";
import { predict } from "../../../src/engine/predict.ts";
import { probeOrder } from "../../../src/engine/probe-arguments.ts";
import { sendOrders } from "../../../src/engine/send-orders.ts";
import { byId, type Captures } from "../../../src/model/capture.ts";
import type { Snapshot } from "../../../src/model/facts.ts";
import { nodeOf } from "../../../src/model/flow-end.ts";
import { known, unknown } from "../../../src/model/learned.ts";
import { readSnapshot } from "../../../src/read/facts.ts";
import { readFlows } from "../../../src/read/probe/flows.ts";
import type { Lab } from "../../faults/lab.ts";
import { type Comparison, compare } from "./compare.ts";
import { randomFlows } from "./random-flows.ts";

export interface Answered {
  readonly flow: string;
  readonly comparison: Comparison;
}

const image = "nicolaka/netshoot:v0.14";
const now = (): Date => new Date();

/** Node Pods that stay for a whole series of readings of one lab. */
export class LabReader {
  readonly #connection: Connection;
  readonly #session: Session;
  readonly #signal = AbortSignal.timeout(3_600_000);

  private constructor(connection: Connection, session: Session) {
    this.#connection = connection;
    this.#session = session;
  }

  static async open(lab: Lab): Promise<LabReader> {
    const connection = await connect({ kubeconfig: await lab.kubeconfig() });
    const options = runOptions({ image, pullPolicy: "IfNotPresent", pullSecret: null, probes: false });
    const nodes = (await lab.kubectl(["get", "nodes", "-o", "jsonpath={.items[*].metadata.name}"])).split(" ");
    const opened = await openSession(
      connection,
      { ...options, deadlineSeconds: 3600 },
      nodes,
      { nodePodMs: 120_000, probePodMs: 1 },
      AbortSignal.timeout(180_000),
    );
    if (!opened.ok) throw new Error(`no node Pods: ${opened.problem.refusal.message}`);
    return new LabReader(connection, opened.session);
  }

  /** Reads the lab, draws flows, predicts and sends them. */
  async answers(seed: number, count: number): Promise<readonly Answered[]> {
    const { captures, targets } = await this.#read();
    const snapshot = readSnapshot(captures, unknown("not-collected", "not sent"));
    const drawn = fc.sample(randomFlows(snapshot), { seed, numRuns: count });
    const flows = [...new Map(drawn.map((flow) => [flow.id, flow])).values()];
    const { pods, nodeStates } = valuesOf(snapshot);
    const orders = flows.flatMap((flow, index) => {
      const order = probeOrder(flow, index, pods, nodeStates, this.#session.namespace);
      return order === null ? [] : [{ flow, node: nodeOf(flow.from), words: order.words }];
    });
    const probe = { now, signal: this.#signal, limitSeconds: 1, tries: 3 };
    const sent = await sendOrders(this.#connection, targets, orders, probe);
    const plan = {
      id: "probe/plan",
      command: "agreement",
      takenAt: now().toISOString(),
      result: known(JSON.stringify(flows)),
    };
    const observed = readFlows(byId([plan, ...sent]));
    if (!observed.known) throw new Error(observed.detail);
    return predict(snapshot, observed.value).map((result) => ({ flow: result.flow.id, comparison: compare(result) }));
  }

  async close(): Promise<void> {
    await closeSession(this.#connection, this.#session.namespace, 60_000, AbortSignal.timeout(65_000));
    await this.#connection.close();
  }

  async #read(): Promise<{ readonly captures: Captures; readonly targets: readonly NodePodAddress[] }> {
    const targets = [...this.#session.nodePods].map(([node, { name }]) => ({
      node,
      namespace: this.#session.namespace,
      pod: name,
    }));
    const [api, ...nodes] = await Promise.all([
      collectApi(this.#connection, { signal: this.#signal, now, onProgress: () => undefined }),
      ...targets.map((target) => readNode(this.#connection, target, { now, signal: this.#signal, limitSeconds: 30 })),
    ]);
    return { captures: byId([...api, ...nodes.flat()]), targets };
  }
}

function valuesOf({ pods, nodeStates }: Snapshot) {
  if (!pods.known || !nodeStates.known) throw new Error("the cluster was not read");
  return { pods: pods.value, nodeStates: nodeStates.value };
}
