import { clusterRef, defineCheck, defineFinding, evidence, reads } from "../../model/define.ts";
import type { ClusterDns, CorefilePlugin } from "../../model/dns.ts";
import type { FlowResult } from "../../model/flow.ts";
import { isOutsideName, succeeded, upstreamFailsItself } from "../../model/flow-outcome.ts";

export const clusterDnsUpstreamFailing = defineFinding<{
  readonly outcome: string;
  readonly configMap: string;
  readonly failed: number;
  readonly sent: number;
  /** "`forward . 192.0.2.53`, Corefile line 13"; "" where the Corefile does not say it in one line. */
  readonly upstream: string;
}>({
  id: "cluster-dns-upstream-failing",
  severity: "error",
  what: ({ outcome, failed, sent, upstream }) =>
    `the cluster DNS answers for the cluster's names and not for others: ${failed} of ${sent} queries to its upstream servers${upstream === "" ? "" : ` (${upstream})`} end in ${outcome}`,
  why: () => "Pods resolve Services and cannot resolve names outside the cluster.",
  next: ({ configMap }) => {
    const [namespace = "", name = ""] = configMap.split("/");
    return configMap === ""
      ? [reads("kubectl", "netdoctor", "dns")]
      : [
          reads("kubectl", "-n", namespace, "get", "configmap", name, "-o", "jsonpath={.data.Corefile}"),
          reads("kubectl", "-n", namespace, "logs", "--selector", "k8s-app=kube-dns", "--tail=30"),
        ];
  },
});

const isExternal = ({ flow }: FlowResult): boolean => flow.purpose === "dns" && isOutsideName(flow);
const isInternal = ({ flow }: FlowResult): boolean =>
  flow.purpose === "dns" && flow.dns?.type === "A" && !isOutsideName(flow);
const failed = ({ flow, observed }: FlowResult): boolean => observed.known && !succeeded(flow, observed.value);

/** The root is asked for because every upstream server has an answer to that, be it a refusal; SERVFAIL and silence mean that none came. */
export const dnsUpstream = defineCheck({
  id: "dns/upstream",
  question: "Do names outside the cluster get an answer?",
  needs: ["probed", "flows", "dns"],
  raises: [clusterDnsUpstreamFailing],
  run({ flows, dns }) {
    // Where the same Pod's lookups of internal names fail too, the cause lies before the upstream servers.
    const cutOff = new Set(
      flows.filter((result) => isInternal(result) && failed(result)).map(({ flow }) => flow.from.ip),
    );
    const external = flows.filter(
      (result) => isExternal(result) && result.observed.known && !cutOff.has(result.flow.from.ip),
    );
    const lost = upstreamFailsItself(flows) ? [] : external.filter(failed);
    if (lost.length === 0 || lost.length * 2 < external.length) return { examined: external.length, findings: [] };
    const first = lost[0];
    const outcome = first?.observed.known ? first.observed.value.outcome : "";
    const configMap = dns.config?.configMap ?? "";
    const forward = forwardOfAll(dns);
    const directive = forward === null ? "" : `${forward.name} ${forward.args.join(" ")}`;
    const written =
      forward === null
        ? []
        : [evidence("api/configmaps", `${configMap} data.Corefile line ${forward.line}`, directive)];
    return {
      examined: external.length,
      findings: [
        clusterDnsUpstreamFailing.at(
          clusterRef,
          {
            outcome,
            configMap,
            failed: lost.length,
            sent: external.length,
            upstream: forward === null ? "" : `\`${directive}\`, Corefile line ${forward.line}`,
          },
          {
            confidence: "proven",
            evidence: [...lost.slice(0, 3).map(lookupEvidence), ...written],
            explains: lost.map(({ flow }) => flow.id),
          },
        ),
      ],
    };
  },
});

function lookupEvidence({ flow, observed }: FlowResult) {
  const asked = flow.dns === null ? "dig" : `dig ${flow.dns.name} ${flow.dns.type}`;
  return evidence(`probe/${flow.id}`, asked, observed.known ? observed.value.detail || observed.value.outcome : "");
}

/** The one directive by which every name that nobody else serves is forwarded. */
function forwardOfAll({ config }: ClusterDns): CorefilePlugin | null {
  const servers = config?.corefile.known === true ? config.corefile.value.servers : [];
  const forwards = servers
    .flatMap(({ plugins }) => plugins)
    .filter(({ name, args }) => (name === "forward" || name === "proxy") && args[0] === ".");
  return forwards.length === 1 ? (forwards[0] ?? null) : null;
}
