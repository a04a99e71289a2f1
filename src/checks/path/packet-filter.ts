import { changesOn, defineCheck, defineFinding, nodeRef, podRef, readsOn } from "../../model/define.ts";
import { failingEnds } from "../../model/failing-ends.ts";
import { findingKey, type Params, type Step } from "../../model/finding.ts";
import type { FlowResult } from "../../model/flow.ts";
import { flowKind } from "../../model/flow-kind.ts";
import { groupBy, type StoppedFlow, seenIn, stoppedBy } from "../../model/flow-outcome.ts";
import { enterPod } from "../../model/pod-netns.ts";
import { deletion } from "../../net/iptables-words.ts";

interface RuleParams extends Params {
  /** iptables, ip6tables or nftables. */
  readonly backend: string;
  readonly table: string;
  readonly chain: string;
  /** 0 = the chain's policy. */
  readonly rule: number;
  /** nftables only, else 0. */
  readonly handle: number;
  readonly text: string;
  readonly pod: string;
  /** The file of that Pod's network namespace; "" where none is known. */
  readonly netns: string;
  readonly node: string;
}

/** Chains and tables that an agent writes anew: what it keeps there is changed where the agent is told to. */
const keptByAgent = /(?:^|\s)(?:cali-|calico|KUBE-|kube-|CILIUM_|cilium|WEAVE-|ANTREA-|antrea|OVN-)/;

/** Looks at the rule where it stands, and deletes it, or lifts the policy, where that is not somebody's to bring back. */
function steps(params: RuleParams): readonly Step[] {
  const { backend, table, chain, pod, netns, node } = params;
  const enter = pod === "" ? [] : enterPod(netns);
  const { look, mend } = backend === "nftables" ? byNft(params) : byIptables(params);
  const kept = keptByAgent.test(chain) || keptByAgent.test(table);
  return [readsOn(node, ...enter, ...look), ...(kept || mend.length === 0 ? [] : [changesOn(node, ...enter, ...mend)])];
}

interface Commands {
  readonly look: readonly string[];
  /** None where the rule cannot be named. */
  readonly mend: readonly string[];
}

function byNft({ table, chain, rule, handle }: RuleParams): Commands {
  const words = table.split(" ");
  const remove = handle === 0 ? [] : ["nft", "delete", "rule", ...words, chain, "handle", String(handle)];
  const lift = ["nft", "add", "chain", ...words, chain, "{ policy accept ; }"];
  return { look: ["nft", "-a", "list", "table", ...words], mend: rule === 0 ? lift : remove };
}

function byIptables({ backend, table, chain, rule, text }: RuleParams): Commands {
  const look = [backend, "-t", table, "-L", chain, "-n", "-v", "--line-numbers"];
  if (rule === 0) return { look, mend: [backend, "-t", table, "-P", chain, "ACCEPT"] };
  const remove = deletion(table, chain, text);
  return { look, mend: remove === null ? [] : [backend, ...remove] };
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

export const packetDroppedByRule = defineFinding<
  RuleParams & { readonly kinds: readonly string[]; readonly ends: string }
>({
  id: "packet-dropped-by-rule",
  severity: "error",
  what: ({ backend, table, chain, rule, pod, kinds, ends }) => {
    const traffic = kinds.length > mostKinds ? "traffic" : kinds.join(" and ");
    const by = rule === 0 ? " by the chain's policy" : ` rule ${rule}`;
    return `drops ${pod === "" ? `${traffic} ${ends}` : "its own traffic, in its network namespace"}, in ${backend} ${table} ${chain}${by}`;
  },
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
    return { examined: nodeStates.size, findings: [...groups.values()].flatMap((group) => finding(group, flows)) };
  },
});

function finding(group: readonly StoppedFlow<"dropped-by-rule">[], flows: readonly FlowResult[]) {
  const stop = group[0]?.stop;
  if (stop === undefined) return [];
  const params: RuleParams = {
    backend: stop.backend === "iptables" && stop.family === "IPv6" ? "ip6tables" : stop.backend,
    table: stop.table,
    chain: stop.chain,
    rule: stop.rule ?? 0,
    handle: stop.handle ?? 0,
    text: stop.text,
    pod: stop.pod ?? "",
    netns: stop.netns,
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
    packetDroppedByRule.at(
      stop.pod === null ? subject : podRef(stop.pod),
      { ...params, ...whatIsDropped(group, flows) },
      { ...seen, explains: [...seen.explains, findingKey("path-mtu-black-hole", subject)] },
    ),
  ];
}

const mostKinds = 2;

/** Of the packets that were lost, or where none was sent, of those that would be. */
function whatIsDropped(group: readonly StoppedFlow<"dropped-by-rule">[], flows: readonly FlowResult[]) {
  const lost = group.some(({ seen }) => seen) ? group.filter(({ seen }) => seen) : group;
  const results = lost.map(({ result }) => result);
  return { kinds: [...new Set(results.map(flowKind))].sort(), ends: failingEnds(results, flows).text };
}
