import type { IptablesChain, IptablesRule, IptablesRuleset, IptablesTable } from "../../model/node.ts";
import type { Packet } from "../packet.ts";
import type { HookContext, HookName, MatchInput } from "./context.ts";
import { chosen, type TranslationSource } from "./endpoint-chains.ts";
import { matchesAll } from "./iptables-match.ts";
import { applyTarget } from "./iptables-target.ts";
import { traverse } from "./traverse.ts";
import type { Truth } from "./truth.ts";
import type { ChainOutcome, Evaluated, RuleView } from "./verdict.ts";

/** Hook priorities of iptables' tables (linux/netfilter_ipv4.h, NF_IP_PRI_*). */
export function tablePriority(table: string, hook: HookName): number | null {
  switch (table) {
    case "raw":
      return hook === "PREROUTING" || hook === "OUTPUT" ? -300 : null;
    case "mangle":
      return -150;
    case "nat":
      if (hook === "FORWARD") return null;
      return hook === "PREROUTING" || hook === "OUTPUT" ? -100 : 100;
    case "filter":
      return hook === "INPUT" || hook === "FORWARD" || hook === "OUTPUT" ? 0 : null;
    case "security":
      return hook === "INPUT" || hook === "FORWARD" || hook === "OUTPUT" ? 50 : null;
    default:
      return null;
  }
}

/** Runs a packet through one built-in chain of one table. */
export function runIptables(
  table: IptablesTable,
  packet: Packet,
  context: HookContext,
  priority: number,
): ChainOutcome {
  const tracked = priority > -200;
  const views = (name: string): Iterable<RuleView> | null => {
    const chain = table.chains.get(name);
    return chain === undefined ? null : rulesOf(table, chain, context, tracked);
  };
  const policy = table.chains.get(context.hook)?.policy === "DROP" ? "drop" : "accept";
  return traverse(views, context.hook, policy, packet);
}

function* rulesOf(
  table: IptablesTable,
  chain: IptablesChain,
  context: HookContext,
  tracked: boolean,
): Generator<RuleView> {
  for (const rule of chain.rules) {
    yield {
      number: rule.number,
      handle: null,
      text: () => rule.text,
      evaluate: (packet) => evaluate(table, rule, context, packet, tracked),
    };
  }
}

function evaluate(
  table: IptablesTable,
  rule: IptablesRule,
  context: HookContext,
  packet: Packet,
  tracked: boolean,
): Evaluated {
  const input = { ...context, packet, tracked };
  const truth = table.name === "nat" ? natTruth(table, rule, input) : matchesAll(rule.matches, input);
  if (truth === "no") return { truth, packet, verdict: { kind: "none" } };
  return { truth, ...applyTarget(rule, input, (name) => table.chains.has(name)) };
}

/** In a nat table, the rules that pick one endpoint of several match by the walk's choice and not by chance. */
function natTruth(table: IptablesTable, rule: IptablesRule, input: MatchInput): Truth {
  const truth = matchesAll(rule.matches, input);
  if (truth === "no" || rule.target === null || !table.chains.has(rule.target)) return truth;
  const choice = chosen(translationsOf(table), rule.target, input.choice);
  if (choice === null) return truth;
  if (!choice) return "no";
  const rest = rule.matches.filter(({ module }) => module !== "statistic" && module !== "recent");
  return matchesAll(rest, input);
}

/** DNAT targets and jumps of a nat table, for finding the chains of endpoints. */
export function translationsOf(table: IptablesTable): TranslationSource {
  const rules = (chain: string): readonly IptablesRule[] => table.chains.get(chain)?.rules ?? [];
  return {
    translations: (chain) =>
      rules(chain).flatMap(({ target, targetOptions }) =>
        target === "DNAT" ? (targetOptions.get("--to-destination") ?? []).slice(0, 1) : [],
      ),
    jumps: (chain) =>
      rules(chain).flatMap(({ target }) => (target !== null && table.chains.has(target) ? [target] : [])),
  };
}

/** Tables that exist but could not be printed: what they do is not known. */
export function unreadableTables(ruleset: IptablesRuleset): readonly string[] {
  return ruleset.unreadable ?? [];
}
