import { defineCheck, defineFinding, evidence, reads, refOf } from "../../model/define.ts";
import { groupBy } from "../../model/flow-outcome.ts";
import type { Pod } from "../../model/kubernetes.ts";
import { queriesUntilAnswer } from "../../net/domain-name.ts";

export const ndotsCost = defineFinding<{
  readonly queries: number;
  readonly ndots: number;
  readonly pods: number;
  readonly search: readonly string[];
}>({
  id: "ndots-cost",
  severity: "info",
  what: ({ ndots, queries, pods }) =>
    `ndots:${ndots} turns one lookup of a name outside the cluster, such as api.example.com, into ${queries} queries (${pods} Pods)`,
  why: () =>
    "The resolver tries every search domain, for A and AAAA, before it asks for the name itself; a trailing dot or a dnsConfig with ndots:2 makes it 2 queries.",
  next: (_, { namespace, name }) => [reads("kubectl", "-n", namespace, "exec", name, "--", "cat", "/etc/resolv.conf")],
});

const example = "api.example.com";

/** resolv.conf(5): a name with fewer dots than ndots goes through the search list first. Measured flows are in the DNS report. */
export const dnsNdots = defineCheck({
  id: "dns/ndots",
  question: "How many queries does a name outside the cluster cost?",
  needs: ["pods", "nodeStates"],
  raises: [ndotsCost],
  run({ pods, nodeStates }) {
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
