import type { IptablesMatch, IptablesRule } from "../../model/node.ts";
import { wordText } from "../../net/iptables-words.ts";

/** What the words of a rule say; the numbers around it (position, counters) belong to the line. */
export type RuleBody = Pick<IptablesRule, "matches" | "target" | "goto" | "targetOptions">;

interface Draft {
  readonly words: readonly string[];
  at: number;
  negate: boolean;
  /** The module that options belong to; "" before the first -m; null after -j. */
  module: string | null;
  /** A module that stands there without an option so far. */
  bare: { readonly module: string; readonly inverted: boolean } | null;
  protocol: string;
  readonly matches: IptablesMatch[];
  target: string | null;
  goto: boolean;
  targetOptions: Map<string, readonly string[]> | null;
}

const BUILT_IN = new Map(
  Object.entries({
    "-s": ["-s", "--source", "--src"],
    "-d": ["-d", "--destination", "--dst"],
    "-i": ["-i", "--in-interface"],
    "-o": ["-o", "--out-interface"],
    "-p": ["-p", "--protocol", "--proto"],
    "-f": ["-f", "--fragment"],
  }).flatMap(([short, names]) => names.map((name) => [name, short] as const)),
);
const NO_OPTIONS: ReadonlyMap<string, readonly string[]> = new Map();
const HYPHEN = 45;
const OPTION = /^--?[A-Za-z46]/;
const SYNONYMS = new Map([
  ["--destination-port", "--dport"],
  ["--source-port", "--sport"],
  ["--destination-ports", "--dports"],
  ["--source-ports", "--sports"],
]);
/** Options whose values may look like options or like "!", with their number of values. All others end at the next option. */
const ARITY = new Map([
  ["-s", 1],
  ["-d", 1],
  ["-i", 1],
  ["-o", 1],
  ["-p", 1],
  ["-f", 0],
  ["--comment", 1],
  ["--log-prefix", 1],
  ["--nflog-prefix", 1],
  ["--string", 1],
  ["--match-set", 2],
]);
/** `-m tcp` only restates `-p tcp`; these options are theirs even where `-m` is left out, as in hand-written rules. */
const PROTOCOLS = new Set([
  "tcp",
  "udp",
  "udplite",
  "icmp",
  "icmp6",
  "icmpv6",
  "ipv6-icmp",
  "sctp",
  "dccp",
  "ah",
  "esp",
  "mh",
]);
const PROTOCOL_OPTIONS = new Set(["--dport", "--sport", "--tcp-flags", "--tcp-option", "--icmp-type", "--icmpv6-type"]);

/** Reads the words of one rule after its chain, iptables(8) and iptables-extensions(8). Any words give a result; never throws. */
export function readRuleBody(words: readonly string[]): RuleBody {
  const draft: Draft = {
    words,
    at: 0,
    negate: false,
    module: "",
    bare: null,
    protocol: "",
    matches: [],
    target: null,
    goto: false,
    targetOptions: null,
  };
  while (draft.at < words.length) readNext(draft);
  closeModule(draft);
  return {
    matches: draft.matches,
    target: draft.target,
    goto: draft.goto,
    targetOptions: draft.targetOptions ?? NO_OPTIONS,
  };
}

function readNext(draft: Draft): void {
  const word = draft.words[draft.at];
  draft.at += 1;
  if (word === undefined) return;
  if (word === "!") {
    draft.negate = true;
    return;
  }
  if (!looksLikeOption(word)) {
    // Not iptables' grammar ("-m [unsupported revision]"): kept, so that nobody takes the rule for simpler than it is.
    addMatch(draft, draft.module ?? "", "", [wordText(word)]);
    return;
  }
  readOption(draft, SYNONYMS.get(word) ?? word);
}

function readOption(draft: Draft, option: string): void {
  switch (option) {
    case "-m":
    case "--match":
      closeModule(draft);
      draft.module = takeOne(draft);
      draft.bare = { module: draft.module, inverted: takeNegation(draft) };
      return;
    case "-j":
    case "--jump":
    case "-g":
    case "--goto":
      closeModule(draft);
      draft.target = takeOne(draft);
      draft.goto = option === "-g" || option === "--goto";
      draft.module = null;
      return;
    case "-c":
    case "--set-counters":
      draft.at += 2;
      return;
    case "-4":
    case "-6":
    case "--ipv4":
    case "--ipv6":
      return;
    case "--syn":
      // iptables-extensions(8): --syn is short for this.
      addMatch(draft, protocolModule(draft), "--tcp-flags", ["FIN,SYN,RST,ACK", "SYN"]);
      return;
    default:
      readMatchOrTargetOption(draft, option);
  }
}

function readMatchOrTargetOption(draft: Draft, option: string): void {
  const short = BUILT_IN.get(option);
  if (short !== undefined) {
    const values = takeValues(draft, short);
    if (short === "-p") draft.protocol = (values[0] ?? "").toLowerCase();
    addMatch(draft, "", short, values);
  } else if (draft.module === null) {
    const values = takeValues(draft, option);
    draft.targetOptions ??= new Map();
    draft.targetOptions.set(takeNegation(draft) ? `! ${option}` : option, values);
  } else {
    const values = takeValues(draft, option);
    addMatch(
      draft,
      PROTOCOL_OPTIONS.has(option) ? protocolModule(draft) : draft.module || draft.protocol,
      option,
      values,
    );
  }
}

/** A protocol's option may stand after another module: `-m udp -p udp -m comment --comment x --dport 53`. */
function protocolModule(draft: Draft): string {
  if (draft.module !== null && PROTOCOLS.has(draft.module)) return draft.module;
  if (draft.protocol === "" || draft.protocol === "all") return draft.module ?? "";
  return draft.protocol;
}

function addMatch(draft: Draft, module: string, option: string, values: readonly string[]): void {
  if (draft.bare?.module === module) draft.bare = null;
  draft.matches.push({ module, option, inverted: takeNegation(draft), values });
}

function closeModule(draft: Draft): void {
  const bare = draft.bare;
  draft.bare = null;
  if (bare === null || PROTOCOLS.has(bare.module)) return;
  draft.matches.push({ module: bare.module, option: "", inverted: bare.inverted, values: [] });
}

function takeNegation(draft: Draft): boolean {
  const negate = draft.negate;
  draft.negate = false;
  return negate;
}

function takeOne(draft: Draft): string {
  const word = draft.words[draft.at];
  draft.at += 1;
  return wordText(word ?? "");
}

function takeValues(draft: Draft, option: string): readonly string[] {
  const arity = ARITY.get(option) ?? Number.POSITIVE_INFINITY;
  if (arity > 0) takeOldNegation(draft);
  const values: string[] = [];
  while (values.length < arity) {
    const word = draft.words[draft.at];
    if (word === undefined) break;
    if (!Number.isFinite(arity) && (word === "!" || looksLikeOption(word))) break;
    values.push(wordText(word));
    draft.at += 1;
  }
  return values;
}

/** iptables before 1.4.3 wrote `-s ! 10.0.0.0/8`; before an option the "!" belongs to that option instead. */
function takeOldNegation(draft: Draft): void {
  const [bang, next] = [draft.words[draft.at], draft.words[draft.at + 1]];
  if (bang !== "!" || next === undefined || looksLikeOption(next)) return;
  draft.negate = true;
  draft.at += 1;
}

/** "-s", "--dport", "-4"; not "-", "-1" or a value. */
function looksLikeOption(text: string): boolean {
  return text.charCodeAt(0) === HYPHEN && OPTION.test(text);
}
