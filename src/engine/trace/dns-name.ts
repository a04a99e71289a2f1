import type { Captures } from "../../model/capture.ts";
import type { Snapshot } from "../../model/facts.ts";
import type { Flow } from "../../model/flow.ts";
import { unknown } from "../../model/learned.ts";
import { parseAddress } from "../../net/cidr.ts";
import { queryNames } from "../../net/domain-name.ts";
import { readProbe } from "../../read/probe/probe-result.ts";
import { flow } from "../plan/draft.ts";
import { netnsOf } from "../plan/input.ts";
import type { NameAnswer, TraceEnds, UnresolvedName } from "./ends.ts";

/** The queries that a program in the sender's Pod would make for a name, in order; none where its resolv.conf was not read. */
export function nameQueries(ends: TraceEnds, asked: UnresolvedName, snapshot: Snapshot): readonly Flow[] {
  const { from } = ends;
  if (from.kind !== "Pod") return [];
  const pod = ends.inventory.pods.find(({ namespace, name }) => namespace === from.namespace && name === from.name);
  const state = snapshot.nodeStates.known ? snapshot.nodeStates.value.get(from.node) : undefined;
  const conf = pod === undefined || from.hostNetwork ? state?.resolvConf : netnsOf(state, pod)?.resolvConf;
  if (conf === undefined || !conf.known) return [];
  const server = conf.value.nameservers.find((address) => parseAddress(address) !== null);
  if (server === undefined) return [];
  const type = asked.family === "IPv6" ? "AAAA" : "A";
  const to = { kind: "IP", ip: server } as const;
  return queryNames(asked.name, conf.value).map((name) =>
    flow({ purpose: "dns", from, to, protocol: "udp", port: 53, dns: { name, type } }),
  );
}

/** The address of the first name of the search list that has one; null where none has. */
export function addressIn(asked: UnresolvedName, queries: readonly Flow[], captures: Captures): NameAnswer | null {
  for (const query of queries) {
    const captured = captures.get(`probe/${query.id}`)?.result ?? unknown("not-collected", "not sent");
    const result = readProbe(query, captured);
    const address = result.known ? result.value.answers.find((answer) => parseAddress(answer) !== null) : undefined;
    if (address !== undefined) return { name: asked.name, address };
  }
  return null;
}
