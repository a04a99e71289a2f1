import { kubeProxyOn } from "../../model/cni.ts";
import { changesOn, defineCheck, defineFinding, evidence, nodeRef, reads, readsOn, refOf } from "../../model/define.ts";
import type { Step } from "../../model/finding.ts";
import type { FlowResult } from "../../model/flow.ts";
import { groupBy, seenIn, stoppedBy, succeeded } from "../../model/flow-outcome.ts";
import { restart } from "../../model/restart.ts";
import { deletion } from "../../net/iptables-words.ts";

export const serviceRulesMissing = defineFinding<{ readonly services: readonly string[]; readonly proxy: string }>({
  id: "service-rules-missing",
  severity: "error",
  what: ({ services }) => `holds no kube-proxy rule for ${listed(services)}`,
  why: () =>
    "Connections from this Node and its Pods to those cluster IPs are not sent to any Pod: kube-proxy here is stopped, stuck or behind.",
  next: ({ proxy }, { name }) => proxySteps(proxy, name),
});

export const serviceRulesStale = defineFinding<{
  readonly services: readonly string[];
  /** kube-proxy's Pod on the Node; "" where none is known. */
  readonly proxy: string;
  readonly endpoints: readonly string[];
}>({
  id: "service-rules-stale",
  severity: "error",
  what: ({ services, endpoints }) =>
    `still sends ${listed(services)} to ${listed(endpoints)}, which the API no longer has as ${endpoints.length === 1 ? "an endpoint" : "endpoints"}`,
  why: () =>
    "Connections from this Node and its Pods that are given such an endpoint time out, the others of the same Service work: kube-proxy here is stopped, stuck or behind.",
  next: ({ proxy }, { name }) => proxySteps(proxy, name),
});

export const serviceRedirected = defineFinding<{
  readonly node: string;
  readonly address: string;
  readonly port: number;
  readonly to: string;
  readonly table: string;
  readonly chain: string;
  readonly rule: number;
  readonly text: string;
}>({
  id: "service-redirected-by-rule",
  severity: "error",
  what: ({ node, to, table, chain, rule }) =>
    `is sent to ${to} on Node ${node}, which is none of its endpoints, by ${table} ${chain} rule ${rule}`,
  why: ({ text, address, port }) =>
    `The rule \`${text}\` stands before those of kube-proxy and takes what is for ${address}:${port}; where it leads, nobody answers for the Service.`,
  next: ({ node, table, chain, text }) => {
    if (table.includes(" ")) return [readsOn(node, "nft", "-a", "list", "table", ...table.split(" "))];
    const remove = deletion(table, chain, text);
    return [
      readsOn(node, "iptables", "-t", table, "-L", chain, "-n", "-v", "--line-numbers"),
      ...(remove === null ? [] : [changesOn(node, "iptables", ...remove)]),
    ];
  },
});

const listed = (names: readonly string[]): string =>
  `${names.slice(0, 3).join(", ")}${names.length > 3 ? ` and ${names.length - 3} more` : ""}`;

function proxySteps(proxy: string, node: string): readonly Step[] {
  const [namespace = "", pod = ""] = proxy.split("/");
  if (proxy === "")
    return [reads("kubectl", "get", "pods", "-A", "-o", "wide", "--field-selector", `spec.nodeName=${node}`)];
  return [
    reads("kubectl", "-n", namespace, "get", "pod", pod, "-o", "wide"),
    reads("kubectl", "-n", namespace, "logs", pod, "--tail=20"),
    ...restart(proxy),
  ];
}

/** What the API server says about Services against the rules that each Node really holds, for the Services that flows use. */
export const serviceNodeRules = defineCheck({
  id: "service/node-rules",
  question: "Does every Node hold kube-proxy's rules for the Services, and no others?",
  needs: ["probed", "flows", "nodeStates", "cni"],
  raises: [serviceRulesMissing, serviceRulesStale, serviceRedirected],
  run({ flows, nodeStates, cni }) {
    const missing = [...groupBy(stoppedBy(flows, "no-service-rule"), ({ stop }) => stop.node)].map(([node, group]) =>
      serviceRulesMissing.at(
        nodeRef(node),
        { services: servicesOf(group), proxy: kubeProxyOn(node, cni) },
        seenIn(group),
      ),
    );
    const stale = [...groupBy(stoppedBy(flows, "stale-service-rule"), ({ stop }) => stop.node)].map(([node, group]) => {
      const endpoints = [...new Set(group.map(({ stop }) => stop.endpoint))];
      const seen = withDirect(seenIn(group), flows, endpoints);
      return serviceRulesStale.at(
        nodeRef(node),
        { services: servicesOf(group), endpoints, proxy: kubeProxyOn(node, cni) },
        seen,
      );
    });
    const redirected = groupBy(
      stoppedBy(flows, "service-redirected"),
      ({ stop }) => `${stop.node} ${stop.service} ${stop.table} ${stop.chain} ${stop.rule}`,
    );
    const hijacks = [...redirected.values()].flatMap((group) => {
      const stop = group[0]?.stop;
      if (stop === undefined) return [];
      const { kind: _, service, ...params } = stop;
      const [namespace = "", name = ""] = service.split("/");
      return [serviceRedirected.at(refOf("Service", { namespace, name }), params, seenIn(group))];
    });
    return { examined: nodeStates.size, findings: [...missing, ...stale, ...hijacks] };
  },
});

/** The dead endpoints asked for directly: a Service's next connection may get a living one, and then tells nothing. */
function withDirect(seen: ReturnType<typeof seenIn>, flows: readonly FlowResult[], endpoints: readonly string[]) {
  const lost = flows.filter(
    ({ flow, observed }) =>
      flow.purpose === "pod-to-endpoint" &&
      endpoints.includes(endpointText(flow.to.ip, flow.port)) &&
      observed.known &&
      !succeeded(flow, observed.value),
  );
  if (lost.length === 0) return seen;
  const asked = lost.slice(0, 2).map(({ flow }) => evidence(`probe/${flow.id}`, "asked for directly", "no answer"));
  const explains = [...new Set([...seen.explains, ...lost.map(({ flow }) => flow.id)])];
  return { confidence: "proven" as const, evidence: [...seen.evidence, ...asked], explains };
}
const endpointText = (ip: string, port: number | null): string =>
  ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`;

interface OfService {
  readonly stop: { readonly service: string; readonly address: string; readonly port: number };
}
const servicesOf = (group: readonly OfService[]): readonly string[] => [
  ...new Set(group.map(({ stop }) => `${stop.service} (${stop.address}:${stop.port})`)),
];
