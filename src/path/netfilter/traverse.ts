import type { Mark, Packet } from "../packet.ts";
import type { Truth } from "./truth.ts";
import type { ChainOutcome, Evaluated, RuleDoubt, RuleRef, RuleView, Verdict } from "./verdict.ts";

type ChainLookup = (name: string) => Iterable<RuleView> | null;

// iptables refuses loops and nft allows 16 jumps (NFT_JUMP_STACK_SIZE); captured text may claim anything.
const DEEPEST_CHAIN = 32;
const MOST_RULES = 200_000;

type Ending = "accept" | "drop" | "reject";
interface Ended {
  readonly ending: Ending;
  readonly rule: RuleRef;
}
interface Progress {
  packet: Packet;
  rulesLeft: number;
  readonly doubts: RuleDoubt[];
  readonly actions: string[];
  translatedBy: RuleRef | null;
  /** Verdicts of branches that are only possible. */
  readonly possible: Ended[];
}
interface Scope {
  readonly chains: ChainLookup;
  readonly progress: Progress;
  readonly chain: string;
  readonly depth: number;
  /** False where the packet is here only if a rule matched that cannot be told to match. */
  certain: boolean;
}
/** After a chain: it ended the base chain, it ended this possible branch, or the caller's next rule follows. */
type ChainResult = Ended | "branch-ended" | "returned";
type RuleResult = Ended | "branch-ended" | "next" | "return" | "maybe-return";

/**
 * Runs a packet through a base chain. Rules that may or may not match are followed both ways: the outcome is a drop only
 * if it is one either way, and a doubt names the rule where the two ways differ.
 */
export function traverse(chains: ChainLookup, base: string, policy: "accept" | "drop", packet: Packet): ChainOutcome {
  const progress: Progress = {
    packet,
    rulesLeft: MOST_RULES,
    doubts: [],
    actions: [],
    translatedBy: null,
    possible: [],
  };
  const result = runChain({ chains, progress, chain: base, depth: 0, certain: true });
  const ended = typeof result === "string" ? byPolicy(base, policy) : result;
  const { doubts, actions, possible } = progress;
  const other = possible.find(({ ending }) => (ending === "accept") !== (ended.ending === "accept"));
  const outcome = { packet: progress.packet, actions, translatedBy: progress.translatedBy };
  if (other === undefined) return { ...outcome, verdict: ended.ending, by: ended.rule, doubts };
  // Nothing is called dropped that may not be: the two ways become an accept with a doubt, on the rule that would drop.
  const rule = ended.ending === "accept" ? other.rule : ended.rule;
  const doubt: RuleDoubt = { kind: "may-stop", rule, what: "whether the packet reaches this rule cannot be told" };
  return { ...outcome, verdict: "accept", by: null, doubts: [...doubts, doubt] };
}

function byPolicy(chain: string, policy: "accept" | "drop"): Ended {
  return { ending: policy, rule: { chain, number: null, handle: null, text: `policy ${policy.toUpperCase()}` } };
}

function runChain(scope: Scope): ChainResult {
  const { chains, progress, chain, depth } = scope;
  const rules = depth > DEEPEST_CHAIN ? null : chains(chain);
  if (rules === null) {
    const what = depth > DEEPEST_CHAIN ? "chains are nested too deep" : "this chain is not in what was read";
    return giveUp(progress, chain, what);
  }
  let mayHaveReturned = false;
  for (const rule of rules) {
    if (progress.rulesLeft-- <= 0) return giveUp(progress, chain, "there are too many rules to follow");
    const result = runRule(scope, rule);
    if (result === "next") continue;
    if (result === "return") return "returned";
    if (result === "maybe-return") {
      mayHaveReturned = true;
      scope.certain = false;
      continue;
    }
    return mayHaveReturned ? "returned" : result;
  }
  return "returned";
}

function giveUp(progress: Progress, chain: string, what: string): ChainResult {
  progress.doubts.push({ kind: "may-stop", rule: { chain, number: null, handle: null, text: "" }, what });
  return "returned";
}

function runRule(scope: Scope, rule: RuleView): RuleResult {
  const { progress } = scope;
  const evaluated = rule.evaluate(progress.packet);
  if (evaluated.truth === "no") return "next";
  const sure = evaluated.truth === "yes" && scope.certain;
  progress.packet = sure ? evaluated.packet : blurred(progress.packet, evaluated.packet);
  const ref = (): RuleRef => ({ chain: scope.chain, number: rule.number, handle: rule.handle, text: rule.text() });
  if (evaluated.verdict.kind !== "one-of") return decide(scope, evaluated, ref);
  const results = evaluated.verdict.verdicts.map((verdict) =>
    decide(scope, { ...evaluated, truth: "maybe", verdict }, ref),
  );
  return results.includes("maybe-return") ? "maybe-return" : "next";
}

function decide(scope: Scope, { truth, verdict }: Evaluated, ref: () => RuleRef): RuleResult {
  switch (verdict.kind) {
    case "none":
    case "one-of":
      return "next";
    case "return":
      return truth === "yes" ? "return" : "maybe-return";
    case "accept":
    case "drop":
    case "reject":
      return end(scope, verdict.kind, truth, ref);
    case "jump":
    case "goto":
      return enter(scope, verdict, truth);
    case "translate":
      return translate(scope, verdict, truth, ref);
    case "unmodelled":
      scope.progress.doubts.push({ kind: verdict.effect, rule: ref(), what: verdict.what });
      return verdict.ends ? end(scope, "accept", truth, ref) : "next";
  }
}

function end(scope: Scope, ending: Ending, truth: Truth, ref: () => RuleRef): RuleResult {
  const ended = { ending, rule: ref() };
  if (truth === "yes" && scope.certain) return ended;
  scope.progress.possible.push(ended);
  return truth === "yes" ? "branch-ended" : "next";
}

function enter(scope: Scope, verdict: Extract<Verdict, { chain: string }>, truth: Truth): RuleResult {
  const certain = truth === "yes" && scope.certain;
  const result = runChain({ ...scope, chain: verdict.chain, depth: scope.depth + 1, certain });
  if (typeof result !== "string") return result;
  if (result === "branch-ended") return truth === "yes" ? "branch-ended" : "next";
  if (verdict.kind === "jump") return "next";
  return truth === "yes" ? "return" : "maybe-return";
}

function translate(
  scope: Scope,
  verdict: Extract<Verdict, { kind: "translate" }>,
  truth: Truth,
  ref: () => RuleRef,
): RuleResult {
  const { progress } = scope;
  if (verdict.packet !== null && truth === "yes" && scope.certain) {
    progress.packet = verdict.packet;
    progress.actions.push(verdict.what);
    progress.translatedBy = ref();
  } else {
    progress.doubts.push({
      kind: "may-change",
      rule: ref(),
      what: `${verdict.what}, which cannot be told for certain`,
    });
  }
  return end(scope, "accept", truth, ref);
}

/** The packet after marks that may have been set: bits in which the two differ become unknown. */
function blurred(before: Packet, after: Packet): Packet {
  if (before === after) return before;
  return {
    ...before,
    mark: blurredMark(before.mark, after.mark),
    connmark: blurredMark(before.connmark, after.connmark),
  };
}

function blurredMark(a: Mark, b: Mark): Mark {
  return { value: a.value, unknownBits: a.unknownBits | b.unknownBits | (a.value ^ b.value) };
}
