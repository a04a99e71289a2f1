import { changesOn, defineCheck, defineFinding, nodeRef, podRef, readsOn } from "../../model/define.ts";
import { findingKey, type Params, type Step } from "../../model/finding.ts";
import { groupBy, type StoppedFlow, seenIn, stoppedBy } from "../../model/flow-outcome.ts";

interface RuleParams extends Params {
  /** iptables, ip6tables or nftables. */
  readonly backend: string;
  readonly table: string;
  readonly chain: string;
  readonly rule: number;
  readonly text: string;
  readonly pod: string;
  readonly node: string;
}

/** Looks at the rule where it stands; deletes it only where its number names it beyond doubt. */
function steps({ backend, table, chain, rule, pod, node }: RuleParams): readonly Step[] {
  const enter = pod === "" ? [] : ["nsenter", "-t", "POD_PID", "-n"];
  if (backend === "nftables") return [readsOn(node, ...enter, "nft", "-a", "list", "table", ...table.split(" "))];
  if (pod !== "") return [readsOn(node, ...enter, backend, "-t", table, "-L", chain, "-n", "-v", "--line-numbers")];
  return [
    readsOn(node, backend, "-t", table, "-L", chain, "-n", "-v", "--line-numbers"),
    rule === 0
      ? changesOn(node, backend, "-t", table, "-P", chain, "ACCEPT")
      : changesOn(node, backend, "-t", table, "-D", chain, String(rule)),
  ];
}

export const tunnelPortBlocked = defineFinding<RuleParams & { readonly protocol: string; readonly port: number }>({
  id: "vxlan-port-blocked",
  severity: "error",
  what: ({ protocol, port }) =>
    `drops the encapsulated packets of other Nodes: ${protocol.toUpperCase()} ${port} is refused by a packet filter rule`,
  why: () =>
    "Pods on this Node and Pods on other Nodes cannot reach each other: their packets travel inside that port. Traffic within the Node passes.",
  next: (params) => steps(params),
});

export const forwardPolicyDrop = defineFinding<RuleParams>({
  id: "forward-policy-drop",
  severity: "error",
  what: ({ chain }) => `drops forwarded Pod traffic: the policy of chain \`${chain}\` is DROP and no rule accepts it`,
  why: () =>
    "Packets between Pods of different Nodes, and between Pods and the outside, pass the FORWARD chain of this Node and end there.",
  next: (params) => steps(params),
});

export const packetDroppedByRule = defineFinding<RuleParams>({
  id: "packet-dropped-by-rule",
  severity: "error",
  what: ({ backend, table, chain, rule, pod }) =>
    `drops ${pod === "" ? "Pod traffic" : "its own traffic, in its network namespace,"} in ${backend} ${table} ${chain}${rule === 0 ? " by the chain's policy" : ` rule ${rule}`}`,
  why: ({ text }) =>
    `The rule \`${text}\` matches traffic that the cluster network promises to carry; the packets end there.`,
  next: (params) => steps(params),
});

/** A drop by a rule is one finding, however many flows it hits; the encapsulated packet's drop has a name of its own. */
export const pathPacketFilter = defineCheck({
  id: "path/packet-filter",
  question: "Does no packet filter rule on a Node drop Pod traffic?",
  needs: ["probed", "flows", "nodeStates"],
  raises: [tunnelPortBlocked, forwardPolicyDrop, packetDroppedByRule],
  run({ flows, nodeStates }) {
    const stopped = stoppedBy(flows, "dropped-by-rule");
    const groups = groupBy(stopped, ({ stop }) =>
      [stop.node, stop.pod, stop.backend, stop.family, stop.table, stop.chain, stop.rule, stop.layer].join(" "),
    );
    return { examined: nodeStates.size, findings: [...groups.values()].flatMap(finding) };
  },
});

function finding(group: readonly StoppedFlow<"dropped-by-rule">[]) {
  const stop = group[0]?.stop;
  if (stop === undefined) return [];
  const params: RuleParams = {
    backend: stop.backend === "iptables" && stop.family === "IPv6" ? "ip6tables" : stop.backend,
    table: stop.table,
    chain: stop.chain,
    rule: stop.rule ?? 0,
    text: stop.text,
    pod: stop.pod ?? "",
    node: stop.node,
  };
  const subject = nodeRef(stop.node);
  const seen = seenIn(group);
  if (stop.layer === "outer" && stop.outer !== null) {
    return [tunnelPortBlocked.at(subject, { ...params, protocol: stop.outer.protocol, port: stop.outer.port }, seen)];
  }
  if (stop.rule === null && stop.hook.toLowerCase() === "forward" && stop.backend === "iptables")
    return [forwardPolicyDrop.at(subject, params, seen)];
  return [
    packetDroppedByRule.at(stop.pod === null ? subject : podRef(stop.pod), params, {
      ...seen,
      explains: [...seen.explains, findingKey("path-mtu-black-hole", subject)],
    }),
  ];
}
