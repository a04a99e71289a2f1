import { defineCheck, defineFinding, evidence, reads, refOf } from "../../model/define.ts";
import type { CorefilePlugin, CorefileServer } from "../../model/dns.ts";
import { failedLookups } from "../../model/dns-loop.ts";
import { findingKey } from "../../model/finding.ts";
import type { FlowResult } from "../../model/flow.ts";
import { succeeded } from "../../model/flow-outcome.ts";

export const corefileChangingNames = defineFinding<{
  readonly directive: string;
  readonly line: number;
  readonly name: string;
  readonly outcome: string;
}>({
  id: "corefile-changing-cluster-names",
  severity: "error",
  what: ({ directive, line, name, outcome }) =>
    `has \`${directive}\` (Corefile line ${line}) before the names of the cluster: \`${name}\` ends in ${outcome}`,
  why: () =>
    "CoreDNS asks `rewrite` and `template` before `kubernetes`: a rule that also takes in the cluster's own names makes them unknown to every Pod.",
  next: (_, { namespace, name }) => [
    reads("kubectl", "-n", namespace, "get", "configmap", name, "-o", "jsonpath={.data.Corefile}"),
    { run: ["kubectl", "-n", namespace, "edit", "configmap", name], effect: "changes", onNode: null },
  ],
});

/** plugin.cfg of CoreDNS gives the order. Patterns of the cluster's own configuration are never run as regular expressions here. */
export const dnsRewrites = defineCheck({
  id: "dns/rewrites",
  question: "Does CoreDNS leave the names of the cluster as they are?",
  needs: ["dns", "flows"],
  raises: [corefileChangingNames],
  run({ dns, flows }) {
    if (dns.config === null || !dns.config.corefile.known) return { examined: 0, findings: [] };
    const { servers } = dns.config.corefile.value;
    const name = `kubernetes.default.svc.${dns.domain}`;
    const lost = flows.find((result) => isAnsweredWrong(result, name));
    const suspects = servers.flatMap((server) => suspectsIn(server, name));
    const [first] = [...suspects].sort((a, b) => Number(b.sure) - Number(a.sure));
    if (lost === undefined || first === undefined) return { examined: servers.length, findings: [] };
    const [namespace = "", map = ""] = dns.config.configMap.split("/");
    const outcome = lost.observed.known ? lost.observed.value.outcome.toUpperCase() : "";
    const directive = words(first.plugin);
    return {
      examined: servers.length,
      findings: [
        corefileChangingNames.at(
          refOf("ConfigMap", { namespace, name: map }),
          { directive, line: first.plugin.line, name, outcome },
          {
            confidence: first.sure ? "proven" : "inferred",
            evidence: [
              evidence("api/configmaps", `${dns.config.configMap} data.Corefile line ${first.plugin.line}`, directive),
              evidence(`probe/${lost.flow.id}`, `dig ${name} A`, outcome),
            ],
            explains: [
              ...failedLookups(flows, false),
              findingKey("corefile-without-kubernetes-plugin", refOf("ConfigMap", { namespace, name: map })),
            ],
          },
        ),
      ],
    };
  },
});

function isAnsweredWrong({ flow, observed }: FlowResult, name: string): boolean {
  if (flow.purpose !== "dns" || flow.dns?.name !== `${name}.` || flow.dns.type !== "A" || !observed.known) return false;
  return (
    !succeeded(flow, observed.value) &&
    ["nxdomain", "no-data", "servfail", "query-refused"].includes(observed.value.outcome)
  );
}

interface Suspect {
  readonly plugin: CorefilePlugin;
  /** That it takes in the name is plain text; a regular expression is only a suspect. */
  readonly sure: boolean;
}

function suspectsIn({ zones, plugins }: CorefileServer, name: string): readonly Suspect[] {
  if (!zones.some(({ zone }) => within(name, zone))) return [];
  return plugins.flatMap((plugin): readonly Suspect[] => {
    if (plugin.name === "template") return templated(plugin, name);
    if (plugin.name !== "rewrite") return [];
    const inside = plugin.block.filter((rule) => rule.name === "name").map((rule) => rule.args);
    const own = plugin.args.filter((word, index) => index > 0 || (word !== "stop" && word !== "continue"));
    const rules = own[0] === "name" ? [own.slice(1), ...inside] : inside;
    return rules.flatMap((rule) => {
      const sure = rewrites(rule, name);
      return sure === null ? [] : [{ plugin, sure }];
    });
  });
}

/** `name [exact|prefix|suffix|substring|regex] FROM TO`; null = it leaves this name alone. */
function rewrites(rule: readonly string[], name: string): boolean | null {
  const [first = "", second = ""] = rule;
  const plain = (text: string): string => text.toLowerCase().replace(/\.$/, "");
  switch (first) {
    case "regex":
      return false;
    case "prefix":
      return name.startsWith(second.toLowerCase()) ? true : null;
    case "suffix":
      return name.endsWith(plain(second)) ? true : null;
    case "substring":
      return name.includes(plain(second)) ? true : null;
    case "exact":
      return name === plain(second) ? true : null;
    default:
      return name === plain(first) ? true : null;
  }
}

/** `template CLASS TYPE [ZONE...]`: without `match` it answers for all of the zones. */
function templated(plugin: CorefilePlugin, name: string): readonly Suspect[] {
  const [, type = "ANY", ...zones] = plugin.args;
  if (!["A", "ANY"].includes(type.toUpperCase())) return [];
  if (zones.length > 0 && !zones.some((zone) => within(name, zone))) return [];
  return [{ plugin, sure: !plugin.block.some((one) => one.name === "match") }];
}

function within(name: string, zone: string): boolean {
  const bare = zone.toLowerCase().replace(/\.$/, "");
  return bare === "" || name === bare || name.endsWith(`.${bare}`);
}
const words = ({ name, args }: CorefilePlugin): string => [name, ...args].join(" ").slice(0, 120);
