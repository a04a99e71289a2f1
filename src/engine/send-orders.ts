import pLimit from "p-limit";
import type { Connection } from "../collect/api/connection.ts";
import { type NodePodAddress, type ProbeOptions, sendProbes } from "../collect/node/run-program.ts";
import type { Capture } from "../model/capture.ts";
import type { Flow } from "../model/flow.ts";
import { groupBy } from "../model/flow-outcome.ts";
import { unknown } from "../model/learned.ts";

/** A flow that can be sent: by which Node, and the words that tell probe.sh how. */
export interface Order {
  readonly flow: Flow;
  readonly node: string;
  readonly words: readonly [string, ...string[]];
}

const nodesAtOnce = 10;

/** Sends the orders of the Nodes that have a node Pod, one exec a Node; a capture `probe/<flow>` each. */
export async function sendOrders(
  connection: Connection,
  targets: readonly NodePodAddress[],
  orders: readonly Order[],
  options: ProbeOptions,
): Promise<readonly Capture[]> {
  const gate = pLimit(nodesAtOnce);
  const takenAt = options.now().toISOString();
  const byNode = groupBy(orders, ({ node }) => node);
  const answers = await Promise.all(
    targets.map((target) =>
      gate(async (): Promise<readonly Capture[]> => {
        const own = byNode.get(target.node) ?? [];
        if (own.length === 0) return [];
        const words = own.map((order) => order.words);
        const sections = await sendProbes(connection, target, words, options);
        return own.map((order) => ({
          id: `probe/${order.flow.id}`,
          command: `from ${target.node}: ${order.words.slice(3).join(" ")}`,
          takenAt,
          result: sections.get(order.words[0]) ?? unknown("failed", "the Node's answer lacks this probe"),
        }));
      }),
    ),
  );
  options.signal.throwIfAborted();
  return answers.flat();
}
