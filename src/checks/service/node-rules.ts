import { defineCheck, defineFinding, nodeRef, reads } from "../../model/define.ts";
import { groupBy, seenIn, stoppedBy } from "../../model/flow-outcome.ts";

export const serviceRulesMissing = defineFinding<{ readonly services: readonly string[] }>({
  id: "service-rules-missing",
  severity: "error",
  what: ({ services }) =>
    `holds no kube-proxy rule for ${services.slice(0, 3).join(", ")}${services.length > 3 ? ` and ${services.length - 3} more` : ""}`,
  why: () =>
    "Connections from this Node and its Pods to those cluster IPs are not sent to any Pod: kube-proxy here is stopped, stuck or behind.",
  next: (_, { name }) => [
    reads("kubectl", "get", "pods", "-A", "-o", "wide", "--field-selector", `spec.nodeName=${name}`),
  ],
});

/** What the API server says about Services against the rules that each Node really holds, for the Services that flows use. */
export const serviceNodeRules = defineCheck({
  id: "service/node-rules",
  question: "Does every Node hold kube-proxy's rules for the Services?",
  needs: ["probed", "flows", "nodeStates"],
  raises: [serviceRulesMissing],
  run({ flows, nodeStates }) {
    const groups = groupBy(stoppedBy(flows, "no-service-rule"), ({ stop }) => stop.node);
    const findings = [...groups].map(([node, group]) =>
      serviceRulesMissing.at(
        nodeRef(node),
        { services: [...new Set(group.map(({ stop }) => `${stop.service} (${stop.address}:${stop.port})`))] },
        seenIn(group),
      ),
    );
    return { examined: nodeStates.size, findings };
  },
});
