import type { NftChain, NftRule, NftTable } from "../../model/node.ts";
import type { Packet } from "../packet.ts";
import type { HookContext, MatchInput } from "./context.ts";
import { chosen } from "./endpoint-chains.ts";
import { isObject, onlyMember, textOf } from "./json.ts";
import { compare } from "./nft-element.ts";
import { runStatement } from "./nft-statement.ts";
import { ruleText } from "./nft-text.ts";
import { chainsOf, nftTranslations } from "./nft-translations.ts";
import { evaluateLeft } from "./nft-value.ts";
import { traverse } from "./traverse.ts";
import { and, type Truth } from "./truth.ts";
import { type ChainOutcome, CONTINUE, type Evaluated, type RuleView, type Verdict } from "./verdict.ts";

/** Runs a packet through one base chain of one nftables table. */
export function runNftables(table: NftTable, base: NftChain, packet: Packet, context: HookContext): ChainOutcome {
  const tracked = (base.priority ?? 0) > -200;
  const chains = chainsOf(table);
  const views = (name: string): Iterable<RuleView> | null => {
    const chain = chains.get(name);
    return chain === undefined ? null : rulesOf(table, chain, context, tracked);
  };
  return traverse(views, base.name, base.policy === "drop" ? "drop" : "accept", packet);
}

function* rulesOf(table: NftTable, chain: NftChain, context: HookContext, tracked: boolean): Generator<RuleView> {
  let number = 0;
  for (const rule of chain.rules) {
    number += 1;
    yield {
      number,
      handle: rule.handle,
      text: () => ruleText(rule.expressions),
      evaluate: (packet) => evaluateRule(table, rule, { ...context, packet, tracked }),
    };
  }
}

/** Statements run from left to right; the first that does not match ends the rule (nft(8), "rules"). */
function evaluateRule(table: NftTable, rule: NftRule, start: MatchInput): Evaluated {
  let input = start;
  let truth: Truth = "yes";
  for (const statement of rule.expressions) {
    const [name, body] = onlyMember(statement) ?? ["", null];
    if (name === "match") {
      truth = and([truth, matchStatement(body, table, input)]);
      if (truth === "no") return { truth, packet: start.packet, verdict: CONTINUE };
      continue;
    }
    const effect = runStatement(name, body, table, input);
    if (effect.packet !== undefined) input = { ...input, packet: effect.packet };
    if (effect.truth !== undefined) truth = and([truth, effect.truth]);
    if (effect.verdict !== undefined)
      return { truth: affirmed(truth, effect.verdict, input, table), packet: input.packet, verdict: effect.verdict };
    if (truth === "no") return { truth, packet: start.packet, verdict: CONTINUE };
  }
  return { truth, packet: input.packet, verdict: CONTINUE };
}

/** A rule that jumps to one endpoint's chain (affinity) matches by the walk's choice. */
function affirmed(truth: Truth, verdict: Verdict, input: MatchInput, table: NftTable): Truth {
  if (truth === "no" || (verdict.kind !== "jump" && verdict.kind !== "goto")) return truth;
  const choice = chosen(nftTranslations(table), verdict.chain, input.choice);
  if (choice === null) return truth;
  return choice ? "yes" : "no";
}

function matchStatement(body: unknown, table: NftTable, input: MatchInput): Truth {
  if (!isObject(body)) return "maybe";
  return compare(textOf(body.op), evaluateLeft(body.left, input), body.right, table);
}
