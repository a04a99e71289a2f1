import type { Evidence } from "../model/finding.ts";
import type { IptablesRule, IptablesTable, NftTable } from "../model/node.ts";
import type { Address } from "../net/cidr.ts";
import { addressKey, parseBlock } from "./address.ts";
import { allTranslations } from "./netfilter/endpoint-chains.ts";
import { translationsOf } from "./netfilter/iptables.ts";
import { isArray, isObject, onlyMember, textOf } from "./netfilter/json.ts";
import { nftTranslations } from "./netfilter/nft-translations.ts";
import type { Netns } from "./netns.ts";

/** What a Node's rules say of one Service port. */
export interface ServiceRules {
  /**
   * present: kube-proxy's chains are there and send the port to `endpoints`. missing: they are there and do not know the port.
   * absent: no kube-proxy chains of this family. unread: the rules could not be read.
   */
  readonly state: "present" | "missing" | "absent" | "unread";
  /** "10.244.1.2:8080" … */
  readonly endpoints: ReadonlySet<string>;
  readonly evidence: readonly Evidence[];
}

interface ServiceKey {
  readonly address: Address;
  readonly port: number;
  readonly protocol: string;
  readonly nodePort: boolean;
}

/** Looks up a Service port in kube-proxy's chains and maps, iptables and nftables mode (k8s.io/kubernetes/pkg/proxy). */
export function serviceRules(netns: Netns, key: ServiceKey): ServiceRules {
  if (!netns.iptables.known || !netns.nftables.known) return { state: "unread", endpoints: new Set(), evidence: [] };
  const found = [
    ...inIptables(netns, netns.iptables.value, key),
    ...inNftables(netns, netns.nftables.value.tables, key),
  ];
  const endpoints = new Set(found.flatMap((one) => [...(one.endpoints ?? [])]));
  const evidence = found.flatMap((one) => one.evidence);
  if (found.length === 0) return { state: "absent", endpoints, evidence };
  return { state: found.some((one) => one.endpoints !== null) ? "present" : "missing", endpoints, evidence };
}

const NO_ENDPOINT = "no rule that leads to an endpoint";

interface Found {
  /** null = the chains are there without this port. */
  readonly endpoints: ReadonlySet<string> | null;
  readonly evidence: readonly Evidence[];
}

function inIptables(
  _netns: Netns,
  rulesets: Extract<Netns["iptables"], { known: true }>["value"],
  key: ServiceKey,
): readonly Found[] {
  return rulesets.flatMap((ruleset) => {
    const nat = ruleset.family === key.address.family ? ruleset.tables.get("nat") : undefined;
    const chain = key.nodePort ? "KUBE-NODEPORTS" : "KUBE-SERVICES";
    const rules = nat?.chains.get(chain)?.rules ?? [];
    // kube-proxy always has the rule of the API server's Service: an empty chain is a leftover, or not of kube-proxy.
    if (nat === undefined || (nat.chains.get("KUBE-SERVICES")?.rules.length ?? 0) === 0) return [];
    const rule = rules.find((one) => isRuleOf(one, key) && nat.chains.has(one.target ?? ""));
    const where = rule === undefined ? `nat ${chain}` : `nat ${chain} rule ${rule.number}`;
    const none = `${rules.length} rules, none for port ${key.port}/${key.protocol} of ${key.address.text}`;
    const evidence = [{ source: ruleset.capture, where, value: rule?.text ?? none }];
    const endpoints = rule === undefined ? null : translatedBy(nat, rule);
    if (rule !== undefined && endpoints?.size === 0) {
      evidence.push({ source: ruleset.capture, where: `nat ${rule.target ?? ""}`, value: NO_ENDPOINT });
    }
    return [{ endpoints, evidence }];
  });
}

function translatedBy(nat: IptablesTable, rule: IptablesRule): ReadonlySet<string> {
  return allTranslations(translationsOf(nat), rule.target ?? "");
}

function isRuleOf(rule: IptablesRule, key: ServiceKey): boolean {
  let portMatches = false;
  let addressMatches = key.nodePort;
  for (const { option, values, inverted } of rule.matches) {
    const value = values[0] ?? "";
    if (option === "--dport") portMatches = !inverted && value === String(key.port);
    if (option === "-p" && value !== key.protocol) return false;
    if (option === "-d" && !key.nodePort) {
      const block = parseBlock(value);
      addressMatches = !inverted && block?.first === key.address.value && block.last === key.address.value;
    }
  }
  return portMatches && addressMatches;
}

function inNftables(netns: Netns, tables: readonly NftTable[], key: ServiceKey): readonly Found[] {
  const family = key.address.family === "IPv4" ? "ip" : "ip6";
  const table = tables.find((one) => one.family === family && one.name === "kube-proxy");
  const map = table?.sets.get(key.nodePort ? "service-nodeports" : "service-ips");
  if (table === undefined || map === undefined) return [];
  const element = map.elements.find((entry) => isArray(entry) && isElementOf(entry[0], key));
  const chain = isArray(element) ? targetOf(element[1]) : null;
  const where = `${family} kube-proxy map ${map.name}`;
  const none = `${map.elements.length} elements, none for port ${key.port}/${key.protocol} of ${key.address.text}`;
  const value = chain === null ? none : `${key.address.text} . ${key.protocol} . ${key.port} : goto ${chain}`;
  const endpoints = chain === null ? null : allTranslations(nftTranslations(table), chain);
  const source = `${netns.capture}/nft`;
  const empty = { source, where: `${family} kube-proxy ${chain ?? ""}`, value: NO_ENDPOINT };
  return [{ endpoints, evidence: [{ source, where, value }, ...(endpoints?.size === 0 ? [empty] : [])] }];
}

/** Keys are `address . protocol . port`, of NodePorts `protocol . port`. */
function isElementOf(element: unknown, key: ServiceKey): boolean {
  const [name, body] = onlyMember(element) ?? ["", null];
  if (name === "elem") return isObject(body) && isElementOf(body.val, key);
  if (name !== "concat" || !isArray(body)) return false;
  const words = body.map(textOf);
  const port = words.at(-1) === String(key.port) && words.at(-2) === key.protocol;
  return port && (key.nodePort || addressKey(words[0] ?? "") === key.address.text);
}

function targetOf(verdict: unknown): string | null {
  const [name, body] = onlyMember(verdict) ?? ["", null];
  return (name === "goto" || name === "jump") && isObject(body) ? textOf(body.target) : null;
}
