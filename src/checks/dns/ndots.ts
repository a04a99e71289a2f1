import { defineCheck, defineFinding, evidence, reads, refOf } from "../../model/define.ts";
import type { FlowResult } from "../../model/flow.ts";
import { groupBy, isSearchCost, searchCostName } from "../../model/flow-outcome.ts";
import type { Pod } from "../../model/kubernetes.ts";
import { queriesUntilAnswer } from "../../net/domain-name.ts";

export const ndotsCost = defineFinding<{
  readonly queries: number;
  readonly ndots: number;
  readonly pods: number;
  readonly search: readonly string[];
  /** Sums over the queries sent one after the other; -1 where none was measured. */
  readonly allMs: number;
  readonly bareMs: number;
}>({
  id: "ndots-cost",
  severity: "info",
  what: ({ ndots, queries, pods, allMs, bareMs }) =>
    `ndots:${ndots} turns one lookup of a name outside the cluster, such as api.example.com, into ${queries} queries (${pods} Pods)${allMs < 0 ? "" : `; measured: ${allMs} ms for all, ${bareMs} ms for the name itself`}`,
  why: () =>
    "The resolver tries every search domain, for A and AAAA, before it asks for the name itself; a trailing dot or a dnsConfig with ndots:2 makes it 2 queries.",
  next: (_, { namespace, name }) => [reads("kubectl", "-n", namespace, "exec", name, "--", "cat", "/etc/resolv.conf")],
});

const example = "api.example.com";

/** resolv.conf(5): a name with fewer dots than ndots goes through the search list first. Measured flows are in the DNS report. */
export const dnsNdots = defineCheck({
  id: "dns/ndots",
  question: "How many queries does a name outside the cluster cost?",
  needs: ["pods", "nodeStates", "flows"],
  raises: [ndotsCost],
  run({ pods, nodeStates, flows }) {
    const byUid = new Map(pods.map((pod) => [pod.uid, pod]));
    const settings = [...nodeStates.values()]
      .flatMap((state) => (state.netns.known ? state.netns.value : []))
      .flatMap((netns) => {
        const pod = byUid.get(netns.podUid);
        return pod === undefined || !netns.resolvConf.known || pod.hostNetwork
          ? []
          : [{ pod, conf: netns.resolvConf.value }];
      });
    const costly = settings.filter(
      ({ pod, conf }) => queriesUntilAnswer(example, conf, `${example}.`) > 2 && pod.namespace !== "kube-system",
    );
    const groups = groupBy(costly, ({ conf }) => `${conf.ndots} ${conf.search.length}`);
    return {
      examined: settings.length,
      findings: [...groups.values()].flatMap((group) => {
        const first = [...group].sort((a, b) => key(a.pod).localeCompare(key(b.pod)))[0];
        if (first === undefined) return [];
        const { pod, conf } = first;
        const params = {
          queries: queriesUntilAnswer(example, conf, `${example}.`),
          ndots: conf.ndots,
          pods: group.length,
          search: conf.search,
          ...measured(flows),
        };
        return [
          ndotsCost.at(refOf("Pod", pod), params, {
            confidence: "proven",
            evidence: [
              evidence(
                `node/${pod.node}`,
                `${pod.namespace}/${pod.name} /etc/resolv.conf`,
                `search ${conf.search.join(" ")}, options ndots:${conf.ndots}`,
              ),
            ],
          }),
        ];
      }),
    };
  },
});
const key = (pod: Pod): string => `${pod.namespace}/${pod.name}`;

/** What the lookups of a name that does not exist took: through the whole search list, and for the name as it is. */
function measured(flows: readonly FlowResult[]): { readonly allMs: number; readonly bareMs: number } {
  const times = flows.flatMap(({ flow, observed }) =>
    flow.dns !== null && isSearchCost(flow.dns.name) && observed.known && observed.value.medianMs !== null
      ? [{ name: flow.dns.name, ms: observed.value.medianMs }]
      : [],
  );
  const sum = (of: readonly { readonly ms: number }[]): number => of.reduce((total, { ms }) => total + ms, 0);
  return times.length === 0
    ? { allMs: -1, bareMs: -1 }
    : { allMs: sum(times), bareMs: sum(times.filter(({ name }) => name === `${searchCostName}.`)) };
}
