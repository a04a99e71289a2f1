import { clusterRef, defineCheck, defineFinding, evidence, nodeRef, readsOn } from "../../model/define.ts";
import type { Finding } from "../../model/finding.ts";
import { findingKey } from "../../model/finding.ts";
import type { FlowResult } from "../../model/flow.ts";
import { groupBy, isOutsideName, succeeded } from "../../model/flow-outcome.ts";

export const egressNotMasqueraded = defineFinding<{
  readonly source: string;
  readonly targets: readonly string[];
  readonly others: readonly string[];
}>({
  id: "egress-not-masqueraded",
  severity: "error",
  what: ({ source, targets, others }) =>
    `lets its Pods' packets leave the cluster with their own source, ${source}, and no answer comes from ${targets.slice(0, 3).join(", ")}; those of ${others.slice(0, 3).join(", ")} leave as their Node's and are answered`,
  why: () =>
    "The network outside has no route back to Pod addresses: whatever the Pods here ask beyond the cluster is lost, names outside among it, where a replica of the cluster DNS runs here.",
  next: (_, { name }) => [
    readsOn(name, "iptables", "-t", "nat", "-S", "POSTROUTING"),
    readsOn(name, "nft", "list", "ruleset"),
    readsOn(name, "ps", "-eo", "pid,stat,comm"),
  ],
});

/**
 * Kubernetes promises nothing beyond the cluster, so a silence alone is no fault. Here it is told from a firewall by the other Nodes:
 * the same address answers their Pods, whose packets are masqueraded.
 */
export const pathEgressMasquerade = defineCheck({
  id: "path/egress-masquerade",
  question: "Are packets that leave the cluster masqueraded alike on every Node?",
  needs: ["probed", "flows", "nodeStates"],
  raises: [egressNotMasqueraded],
  run({ flows }) {
    const sent = flows.flatMap(leaving);
    const byNode = groupBy(sent, ({ node }) => node);
    const answered = sent.filter(({ ok, translated }) => ok && translated);
    const findings = [...byNode].flatMap(([node, own]): readonly Finding[] => {
      const others = answered.filter((one) => one.node !== node && own.some(({ target }) => target === one.target));
      const isLost = own.every(({ ok, translated }) => !ok && !translated);
      return isLost && others.length > 0 ? finding(node, own, others, flows) : [];
    });
    return { examined: byNode.size, findings };
  },
});

interface Leaving {
  readonly result: FlowResult;
  readonly node: string;
  readonly source: string;
  readonly target: string;
  readonly ok: boolean;
  readonly translated: boolean;
}

/** What Pods sent beyond the cluster, where the walk sees it leave. */
function leaving(result: FlowResult): readonly Leaving[] {
  const { flow, predicted, observed } = result;
  const { from, to } = flow;
  if (flow.purpose !== "egress" || from.kind !== "Pod" || from.hostNetwork || to.kind !== "IP" || !observed.known)
    return [];
  const walk = predicted.find(
    ({ verdict, hops }) => verdict !== "stopped" && hops.some(({ where }) => where === "wire"),
  );
  if (walk === undefined) return [];
  const ok = succeeded(flow, observed.value) || observed.value.outcome === "refused";
  return [
    { result, node: from.node, source: from.ip, target: to.ip, ok, translated: walk.sourceTranslated !== undefined },
  ];
}

function finding(
  node: string,
  own: readonly Leaving[],
  others: readonly Leaving[],
  flows: readonly FlowResult[],
): readonly Finding[] {
  const targets = [...new Set(own.map(({ target }) => target))];
  const params = {
    source: own[0]?.source ?? "",
    targets,
    others: [...new Set(others.map((one) => `Node ${one.node}`))].sort(),
  };
  const lost = own.slice(0, 2).map(({ result, source }) => {
    const said = result.observed.known ? result.observed.value.outcome : "";
    return evidence(`probe/${result.flow.id}`, "leaves without translation", `from ${source}: ${said}`);
  });
  const rule = others[0]?.result.predicted.find(({ sourceTranslated }) => sourceTranslated !== undefined);
  const there = rule?.sourceTranslated?.evidence;
  // Replicas of the cluster DNS here cannot ask their upstream servers: those failures are of this cause.
  const explains = [
    ...own.map(({ result }) => result.flow.id),
    ...flows.filter(isLostOutside).map(({ flow }) => flow.id),
    findingKey("cluster-dns-upstream-failing", clusterRef),
  ];
  const seen = { confidence: "proven" as const, evidence: there === undefined ? lost : [...lost, there], explains };
  return [egressNotMasqueraded.at(nodeRef(node), params, seen)];
}

const isLostOutside = ({ flow, observed }: FlowResult): boolean =>
  flow.purpose === "dns" && isOutsideName(flow) && observed.known && !succeeded(flow, observed.value);
