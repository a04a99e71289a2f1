import { defineCheck, defineFinding, evidence, reads, refOf } from "../../model/define.ts";
import type { Corefile } from "../../model/dns.ts";
import { dnsPods, failedLookups, symptomsOfDeadDns } from "../../model/dns-loop.ts";
import { findingKey } from "../../model/finding.ts";
import type { Learned } from "../../model/learned.ts";

export const corefileRefused = defineFinding<{
  readonly problem: string;
  readonly crashing: number;
  readonly total: number;
}>({
  id: "corefile-refused",
  severity: "error",
  what: ({ problem, crashing, total }) =>
    `has a Corefile that CoreDNS does not start with: ${problem}; ${crashing} of ${total} replicas crash`,
  why: () =>
    "CoreDNS reads the file whole and ends at the first word it does not know. With no replica left, every name that a Pod looks up fails.",
  next: (_, { namespace, name }) => [
    reads("kubectl", "-n", namespace, "logs", "--selector", "k8s-app=kube-dns", "--tail=10"),
    reads("kubectl", "-n", namespace, "get", "configmap", name, "-o", "jsonpath={.data.Corefile}"),
    { run: ["kubectl", "-n", namespace, "edit", "configmap", name], effect: "changes", onNode: null },
  ],
});

/** What CoreDNS is built with by default (plugin.cfg of its releases up to 1.13); an unknown word alone proves nothing: images differ. */
const BUILT_IN = new Set(
  `acl any auto autopath azure bind bufsize cache cancel chaos clouddns debug dns64 dnssec dnstap erratic errors etcd file
  forward geoip grpc grpc_server header health hosts https https3 import k8s_external kubernetes loadbalance local log loop metadata
  minimal multisocket nomad nsid on pprof prometheus quic ready reload rewrite root route53 secondary sign template timeouts
  tls trace transfer tsig view whoami`.split(/\s+/),
);

export const dnsRefusedCorefile = defineCheck({
  id: "dns/refused-corefile",
  question: "Does CoreDNS start with its Corefile?",
  needs: ["dns", "pods", "services", "flows"],
  raises: [corefileRefused],
  run({ dns, pods, services, flows }) {
    if (dns.config === null) return { examined: 0, findings: [] };
    const [namespace = "", name = ""] = dns.config.configMap.split("/");
    const replicas = dnsPods(pods).filter((pod) => pod.namespace === namespace && !pod.terminating);
    const crashing = replicas.filter(({ containers }) =>
      containers.some(
        ({ ready, reason, state, restarts }) =>
          !ready && (reason === "CrashLoopBackOff" || (state === "terminated" && reason === "Error") || restarts > 1),
      ),
    );
    const problem = problemOf(dns.config.corefile);
    const [first] = crashing;
    if (problem === null || first === undefined) return { examined: 1, findings: [] };
    const subject = refOf("ConfigMap", { namespace, name });
    const finding = corefileRefused.at(
      subject,
      { problem: problem.text, crashing: crashing.length, total: replicas.length },
      {
        confidence: problem.sure ? "proven" : "inferred",
        evidence: [
          evidence("api/configmaps", `${dns.config.configMap} data.Corefile`, problem.text),
          evidence(
            "api/pods",
            `${first.namespace}/${first.name}`,
            first.containers.map(({ reason, restarts }) => `${reason}, ${restarts} restarts`).join("; "),
          ),
        ],
        explains: [
          ...failedLookups(flows, true),
          ...failedLookups(flows, false),
          ...symptomsOfDeadDns(namespace, services),
          findingKey("corefile-unparsable", subject),
          findingKey("corefile-without-kubernetes-plugin", subject),
        ],
      },
    );
    return { examined: 1, findings: [finding] };
  },
});

function problemOf(corefile: Learned<Corefile>): { readonly text: string; readonly sure: boolean } | null {
  if (!corefile.known) return { text: corefile.detail, sure: true };
  const strange = corefile.value.servers.flatMap(({ plugins }) => plugins).find(({ name }) => !BUILT_IN.has(name));
  return strange === undefined
    ? null
    : { text: `unknown directive \`${strange.name}\` in line ${strange.line}`, sure: false };
}
