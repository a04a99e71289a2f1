import type { IptablesRule } from "../../model/node.ts";
import { parseSocketAddress } from "../address.ts";
import { exactPort, type Mark, type Packet, TRANSLATED_PORTS } from "../packet.ts";
import type { MatchInput } from "./context.ts";
import { masqueradeAddress } from "./masquerade.ts";
import { redirect } from "./redirect.ts";
import { CONTINUE, type Verdict } from "./verdict.ts";

interface TargetEffect {
  readonly packet: Packet;
  readonly verdict: Verdict;
}

const HARMLESS = new Set([
  "LOG",
  "NFLOG",
  "ULOG",
  "TRACE",
  "AUDIT",
  "CHECKSUM",
  "CLASSIFY",
  "DSCP",
  "TOS",
  "TTL",
  "HL",
  "ECN",
  "TCPMSS",
  "TCPOPTSTRIP",
  "SET",
  "IDLETIMER",
  "RATEEST",
  "SECMARK",
  "CONNSECMARK",
  "FLOWOFFLOAD",
  "LED",
  "HMARK",
]);

/** What a rule's target does, iptables-extensions(8). `isChain` tells a user chain from a target of the same name. */
export function applyTarget(rule: IptablesRule, input: MatchInput, isChain: (name: string) => boolean): TargetEffect {
  const { packet } = input;
  const { target } = rule;
  const decide = (verdict: Verdict): TargetEffect => ({ packet, verdict });
  if (target === null || HARMLESS.has(target)) return decide(CONTINUE);
  if (isChain(target)) return decide({ kind: rule.goto ? "goto" : "jump", chain: target });
  switch (target) {
    case "ACCEPT":
      return decide({ kind: "accept" });
    case "DROP":
      return decide({ kind: "drop" });
    case "REJECT":
    case "SYNPROXY":
      return decide(target === "REJECT" ? { kind: "reject" } : unmodelled("SYNPROXY"));
    case "RETURN":
      return decide({ kind: "return" });
    case "MARK":
      return { packet: { ...packet, mark: setMark(packet.mark, rule) }, verdict: CONTINUE };
    case "CONNMARK":
      return { packet: connmark(packet, rule), verdict: CONTINUE };
    case "NOTRACK":
      return { packet: { ...packet, untracked: true }, verdict: CONTINUE };
    case "CT":
      return {
        packet: { ...packet, untracked: packet.untracked || rule.targetOptions.has("--notrack") },
        verdict: CONTINUE,
      };
    default:
      return decide(translation(target, rule, input));
  }
}

function translation(target: string, rule: IptablesRule, input: MatchInput): Verdict {
  switch (target) {
    case "DNAT":
      return destinationTo(input.packet, rule.targetOptions.get("--to-destination")?.[0] ?? "");
    case "SNAT":
      return sourceTo(input.packet, rule.targetOptions.get("--to-source")?.[0] ?? "");
    case "MASQUERADE":
      return masquerade(input);
    case "REDIRECT":
      return redirected(rule, input);
    case "TPROXY":
    case "NETMAP":
      return { kind: "unmodelled", what: `${target} sends the packet elsewhere`, effect: "may-change", ends: true };
    default:
      return unmodelled(target);
  }
}

/** iptables-extensions(8), REDIRECT: --to-ports is one port or a range. */
function redirected(rule: IptablesRule, input: MatchInput): Verdict {
  const word = rule.targetOptions.get("--to-ports")?.[0];
  const port = word === undefined ? null : Number(word);
  return Number.isNaN(port) ? redirect(input, null, true) : redirect(input, port);
}

const unmodelled = (target: string): Verdict => ({
  kind: "unmodelled",
  what: `what the target ${target} does cannot be told`,
  effect: "may-stop",
  ends: target === "NFQUEUE" || target === "QUEUE" || target === "SYNPROXY",
});

/** Translates to "10.244.1.2:8080"; a range or a missing port leaves what it would choose unknown. */
export function destinationTo(packet: Packet, to: string): Verdict {
  const parsed = parseSocketAddress(to);
  if (parsed === null) return { kind: "translate", packet: null, what: `DNAT to ${to}` };
  const destinationPorts = parsed.port === null ? packet.destinationPorts : exactPort(parsed.port);
  const translated = { ...packet, destination: parsed.address, destinationPorts, destinationTranslated: true };
  return { kind: "translate", packet: translated, what: `DNAT to ${to}` };
}

export function sourceTo(packet: Packet, to: string): Verdict {
  const parsed = parseSocketAddress(to.replace(/:\d+-\d+$/, ""));
  if (parsed === null) return { kind: "translate", packet: null, what: `SNAT to ${to}` };
  const translated = { ...packet, source: parsed.address, ...moved(packet) };
  return { kind: "translate", packet: translated, what: `SNAT to ${parsed.address.text}` };
}

/** The client's port may be moved with its address. */
function moved({ sourcePorts }: Packet): Pick<Packet, "sourcePorts" | "sourceTranslated"> {
  const drawn = sourcePorts !== null && sourcePorts.first !== sourcePorts.last;
  return { sourcePorts: drawn ? TRANSLATED_PORTS : sourcePorts, sourceTranslated: true };
}

export function masquerade(input: MatchInput): Verdict {
  const address = masqueradeAddress(input);
  if (address === null) return { kind: "translate", packet: null, what: "masquerade" };
  const translated = { ...input.packet, source: address, ...moved(input.packet) };
  return { kind: "translate", packet: translated, what: `masquerade as ${address.text}` };
}

/** "0x4000/0x4000" as value and mask; null where it is no number. */
function valueAndMask(word: string | undefined): { readonly value: number; readonly mask: number } | null {
  if (word === undefined) return null;
  const [value, mask] = word.split("/").map(Number);
  if (value === undefined || Number.isNaN(value) || Number.isNaN(mask ?? 0)) return null;
  return { value: value | 0, mask: (mask ?? 0xffffffff) | 0 };
}

/** iptables-extensions(8), MARK: --set-xmark zeroes the mask's bits and XORs the value into the mark. */
function setMark(mark: Mark, rule: IptablesRule): Mark {
  for (const [option, values] of rule.targetOptions) {
    const given = valueAndMask(values[0]);
    if (given === null) continue;
    const { value, mask } = given;
    if (option === "--set-xmark") return xmark(mark, value, mask);
    if (option === "--set-mark") return xmark(mark, value, mask | value);
    if (option === "--or-mark") return xmark(mark, value, value);
    if (option === "--and-mark") return xmark(mark, 0, ~value);
    if (option === "--xor-mark") return xmark(mark, value, 0);
  }
  return { value: mark.value, unknownBits: -1 };
}

function xmark(mark: Mark, value: number, mask: number): Mark {
  return { value: (mark.value & ~mask) ^ value, unknownBits: mark.unknownBits & ~mask };
}

/** --save-mark copies the mark to the connection, --restore-mark back; their masks are XOR-copied as the man page says. */
function connmark(packet: Packet, rule: IptablesRule): Packet {
  const { targetOptions } = rule;
  const mask = (name: string): number => (valueAndMask(targetOptions.get(name)?.[0])?.value ?? -1) | 0;
  const [nfmask, ctmask] = targetOptions.has("--mask")
    ? [mask("--mask"), mask("--mask")]
    : [mask("--nfmask"), mask("--ctmask")];
  const copied = (to: Mark, toMask: number, from: Mark, fromMask: number): Mark => ({
    value: (to.value & ~toMask) ^ (from.value & fromMask),
    unknownBits: (to.unknownBits & ~toMask) | (from.unknownBits & fromMask),
  });
  if (targetOptions.has("--save-mark")) {
    return { ...packet, connmark: copied(packet.connmark, ctmask, packet.mark, nfmask) };
  }
  if (targetOptions.has("--restore-mark")) {
    return { ...packet, mark: copied(packet.mark, nfmask, packet.connmark, ctmask) };
  }
  return { ...packet, connmark: setMark(packet.connmark, rule) };
}
