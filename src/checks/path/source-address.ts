import { defineCheck, defineFinding, evidence, nodeRef, readsOn } from "../../model/define.ts";
import type { Evidence, Finding } from "../../model/finding.ts";
import type { FlowEnd, FlowResult } from "../../model/flow.ts";
import { isOwnEnd } from "../../model/flow-end.ts";
import { groupBy } from "../../model/flow-outcome.ts";
import type { NodeState } from "../../model/node.ts";
import { parseAddress } from "../../net/cidr.ts";
import { seenAddress } from "../../net/seen-address.ts";

export const podTrafficTranslated = defineFinding<{
  readonly sender: string;
  readonly seen: string;
  readonly flows: number;
  readonly rule: string;
}>({
  id: "pod-traffic-translated",
  severity: "error",
  what: ({ sender, seen, rule }) =>
    `gives packets between Pods another source: what ${sender} sends arrives as from ${seen}${rule === "" ? "" : `, by ${rule}`}`,
  why: () =>
    "Pods must reach each other without address translation (the Kubernetes network model). NetworkPolicies and applications that go by the client's address see this Node in place of the Pod, and answers may go another way.",
  next: (_, { name }) => [
    readsOn(name, "iptables", "-t", "nat", "-L", "POSTROUTING", "-n", "-v", "--line-numbers"),
    readsOn(name, "nft", "list", "ruleset"),
  ],
});

/** The client's address as the probe server saw it, against the one that the client has: https://kubernetes.io/docs/concepts/services-networking/. */
export const pathSourceAddress = defineCheck({
  id: "path/source-address",
  question: "Do Pods see each other's own addresses?",
  needs: ["probed", "flows", "nodeStates"],
  raises: [podTrafficTranslated],
  run({ flows, nodeStates }) {
    const seen = flows.flatMap(arrived);
    const translated = seen.filter(({ sent, got }) => sent !== got);
    const groups = groupBy(translated, (one) => `${translator(one, nodeStates)} ${ruleOf(one)?.where ?? one.got}`);
    return { examined: seen.length, findings: [...groups.values()].flatMap((group) => finding(group, nodeStates)) };
  },
});

interface Arrived {
  readonly result: FlowResult;
  readonly sent: string;
  readonly got: string;
}

/** Pod to Pod only, and only where the server could say whom it saw. */
function arrived(result: FlowResult): readonly Arrived[] {
  const { flow, observed } = result;
  const { from, to } = flow;
  if (flow.purpose !== "pod-to-pod" || from.kind !== "Pod" || from.hostNetwork || to.kind !== "Pod") return [];
  if (!observed.known || observed.value.clientSeen === null) return [];
  const [sent, got] = [parseAddress(from.ip), seenAddress(observed.value.clientSeen)];
  return sent === null || got === null || sent.family !== got.family
    ? []
    : [{ result, sent: sent.text, got: got.text }];
}

/** The rule by which the walk gives the packet the address that arrived. */
function ruleOf({ result, got }: Arrived): Evidence | undefined {
  return result.predicted.find(({ sourceTranslated }) => sourceTranslated?.to === got)?.sourceTranslated?.evidence;
}

/** Where the walk meets the rule; else the Node that has the address which arrived; else the sender's. */
function translator({ result, got }: Arrived, states: ReadonlyMap<string, NodeState>): string {
  const predicted = result.predicted.find(({ sourceTranslated }) => sourceTranslated?.to === got)?.sourceTranslated;
  if (predicted !== undefined) return predicted.node;
  for (const [node, { links }] of states) {
    const addresses = (links.known ? links.value : []).flatMap((link) => link.addresses.map(({ address }) => address));
    if (addresses.some((address) => parseAddress(address)?.text === got)) return node;
  }
  return result.flow.from.kind === "Pod" ? result.flow.from.node : "";
}

function finding(group: readonly Arrived[], states: ReadonlyMap<string, NodeState>): readonly Finding[] {
  const [first] = group;
  if (first === undefined) return [];
  const by = ruleOf(first);
  const { flow } = first.result;
  const sender = nameOf(flow.from);
  const params = { sender, seen: first.got, flows: group.length, rule: by?.where ?? "" };
  const probes = group
    .slice(0, 3)
    .map(({ result, sent, got }) => evidence(`probe/${result.flow.id}`, "client address", `${got} instead of ${sent}`));
  const seen = { confidence: "proven" as const, evidence: by === undefined ? probes : [...probes, by] };
  return [podTrafficTranslated.at(nodeRef(translator(first, states)), params, seen)];
}

/** The run's own Pods have random names, which tell nobody anything. */
function nameOf(from: FlowEnd): string {
  if (from.kind !== "Pod") return from.ip;
  return isOwnEnd(from) ? `a Pod of Node ${from.node}` : `Pod ${from.namespace}/${from.name}`;
}
