import type { Captures } from "../../model/capture.ts";
import type { Flow } from "../../model/flow.ts";
import { nodeOf } from "../../model/flow-end.ts";
import { known, type Learned, unknown } from "../../model/learned.ts";
import { behindNode, readConnectionRecords, type SeenConnection } from "../../read/probe/connection-record.ts";
import { readSaid, type Said } from "../../read/probe/said.ts";

/** Capture of a Node's connection records, read right after the probes. */
export const recordsCapture = (node: string): string => `trace/records/${node}`;

/** Which port the probe of a flow left from; null where it made no connection or did not say. */
export function saidOf(flow: Flow, captures: Captures): Said | null {
  const result = captures.get(`probe/${flow.id}`)?.result;
  return result?.known === true ? readSaid(result.value) : null;
}

export interface ClientSeen {
  /** "10.244.1.7:45678" as the destination saw it. */
  readonly client: Learned<string>;
  /** The Node of the destination that holds a record of the connection: the packet has passed all rules there. */
  readonly arrivedOn: string | null;
}

/**
 * Follows a flow's connection through the records of the sender's Node and of the Node where it ended: each tells what its own
 * translations made of it. `nodeOfAddress` names the Node of a Pod's or Node's address.
 */
export function clientSeen(
  flow: Flow,
  captures: Captures,
  nodeOfAddress: (address: string) => string | null,
): ClientSeen {
  const none = (detail: string): ClientSeen => ({ client: unknown("not-collected", detail), arrivedOn: null });
  if (flow.protocol === "icmp") return none("ICMP has no port to know it by");
  const said = saidOf(flow, captures);
  if (said === null) return none("no connection was made");
  let node = nodeOf(flow.from);
  let seen = at(node, { ...said, server: flow.to.ip, serverPort: flow.port ?? 0 }, captures);
  if (seen === null) return none(why(node, captures));
  // A NodePort leads over one Node to another; kube-proxy translates on one only, so that two steps are the most there are.
  for (let step = 0; step < mostSteps; step++) {
    const next = nodeOfAddress(seen.server);
    if (next === null) return { client: known(text(seen)), arrivedOn: null };
    if (next === node) return { client: known(text(seen)), arrivedOn: node };
    const arrived = at(next, seen, captures);
    if (arrived === null) return none(why(next, captures));
    node = next;
    seen = arrived;
  }
  return { client: known(text(seen)), arrivedOn: node };
}
const mostSteps = 3;

function at(node: string, connection: SeenConnection, captures: Captures): SeenConnection | null {
  const result = captures.get(recordsCapture(node))?.result;
  return result?.known === true ? behindNode(readConnectionRecords(result.value), connection) : null;
}

function why(node: string, captures: Captures): string {
  const result = captures.get(recordsCapture(node))?.result;
  if (result === undefined) return `the connection records of Node ${node} were not read`;
  if (!result.known) return `the connection records of Node ${node} could not be read: ${result.detail}`;
  const failed = /^TRY (\d+) (.*)$/m.exec(result.value);
  return failed !== null && failed[1] !== "0"
    ? `the connection records of Node ${node} could not be read: ${failed[2]}`
    : `Node ${node} holds no record of the connection`;
}

const text = ({ client, clientPort }: SeenConnection): string =>
  `${client.includes(":") ? `[${client}]` : client}:${clientPort}`;
