import type { NftTable } from "../../model/node.ts";
import { exactPort, type Packet } from "../packet.ts";
import type { MatchInput } from "./context.ts";
import { chosen } from "./endpoint-chains.ts";
import { destinationTo, masquerade, sourceTo } from "./iptables-target.ts";
import { isObject, onlyMember, textOf } from "./json.ts";
import { isElement } from "./nft-element.ts";
import { mangled } from "./nft-mark.ts";
import { mapEntries, nftTranslations, socketText } from "./nft-translations.ts";
import { evaluateLeft } from "./nft-value.ts";
import { redirect } from "./redirect.ts";
import type { Truth } from "./truth.ts";
import { CONTINUE, type Verdict } from "./verdict.ts";

/** What a statement does besides matching; absent = nothing of the kind. */
interface Effect {
  readonly packet?: Packet;
  readonly truth?: Truth;
  readonly verdict?: Verdict;
}

const HARMLESS = new Set([
  "counter",
  "log",
  "comment",
  "set",
  "map",
  "flow",
  "last",
  "ct count",
  "quota object",
  "ct helper",
  "ct timeout",
]);

/** One statement of a rule, libnftables-json(5) "statements". */
export function runStatement(name: string, body: unknown, table: NftTable, input: MatchInput): Effect {
  if (HARMLESS.has(name)) return {};
  switch (name) {
    case "accept":
    case "drop":
    case "return":
    case "reject":
      return { verdict: { kind: name } };
    case "continue":
      return { verdict: CONTINUE };
    case "jump":
    case "goto":
      return { verdict: verdictOf({ [name]: body }) };
    case "vmap":
      return { verdict: verdictFromMap(body, table, input) };
    case "mangle":
      return { packet: mangled(body, input) };
    case "notrack":
      return { packet: { ...input.packet, untracked: true } };
    case "masquerade":
      return { verdict: masquerade(input) };
    case "dnat":
    case "snat":
      return { verdict: translation(name, body, input.packet) };
    case "redirect":
      return { verdict: redirected(body, input) };
    case "tproxy":
      return { verdict: unmodelled(`${name} sends the packet elsewhere`, "may-change", true) };
    case "queue":
    case "synproxy":
    case "xt":
      return { verdict: unmodelled(`what \`${name}\` does cannot be told`, "may-stop", name !== "xt") };
    // A limit, a quota, a connection count: the rest of the rule may or may not follow.
    default:
      return { truth: "maybe" };
  }
}

/** `redirect`, `redirect to :15001`; what a map or a range would choose cannot be told. */
function redirected(body: unknown, input: MatchInput): Verdict {
  const port = isObject(body) ? body.port : undefined;
  if (port === undefined) return redirect(input, null);
  return typeof port === "number" ? redirect(input, port) : redirect(input, null, true);
}

function unmodelled(what: string, effect: "may-stop" | "may-change", ends: boolean): Verdict {
  return { kind: "unmodelled", what, effect, ends };
}

/** {"drop": null}, {"jump": {"target": "x"}} …; null where it is no verdict. */
function verdictOf(value: unknown): Verdict {
  const [name, body] = onlyMember(value) ?? [typeof value === "string" ? value : "", null];
  switch (name) {
    case "accept":
    case "drop":
    case "return":
      return { kind: name };
    case "continue":
      return CONTINUE;
    case "jump":
    case "goto":
      return { kind: name, chain: isObject(body) ? textOf(body.target) : "" };
    default:
      return { kind: "unmodelled", what: `the verdict \`${name}\` is not known`, effect: "may-stop", ends: false };
  }
}

function verdictFromMap(body: unknown, table: NftTable, input: MatchInput): Verdict {
  const entries = isObject(body) ? mapEntries(body.data, table) : null;
  if (!isObject(body) || entries === null) {
    return { kind: "unmodelled", what: "a verdict map that was not read", effect: "may-stop", ends: false };
  }
  const key = evaluateLeft(body.key, input);
  const possible: Verdict[] = [];
  for (const [element, value] of entries) {
    const verdict = verdictOf(value);
    const choice =
      verdict.kind === "goto" || verdict.kind === "jump"
        ? chosen(nftTranslations(table), verdict.chain, key.kind === "unknown" ? input.choice : null)
        : null;
    if (choice === true) return verdict;
    const truth = choice === false ? "no" : isElement(key, element);
    if (truth === "yes") return verdict;
    if (truth === "maybe") possible.push(verdict);
  }
  return possible.length === 0 ? CONTINUE : { kind: "one-of", verdicts: possible };
}

function translation(name: "dnat" | "snat", body: unknown, packet: Packet): Verdict {
  const address = isObject(body) ? body.addr : undefined;
  const port = isObject(body) ? body.port : undefined;
  if (typeof address !== "string" || (port !== undefined && typeof port !== "number")) {
    return portOnly(name, address, port, packet) ?? { kind: "translate", packet: null, what: name };
  }
  const to = socketText(address, port);
  return name === "dnat" ? destinationTo(packet, to) : sourceTo(packet, to);
}

/** `dnat to :8080` keeps the address. */
function portOnly(name: "dnat" | "snat", address: unknown, port: unknown, packet: Packet): Verdict | null {
  if (name !== "dnat" || address !== undefined || typeof port !== "number") return null;
  const translated = { ...packet, destinationPorts: exactPort(port), destinationTranslated: true };
  return { kind: "translate", packet: translated, what: `DNAT to port ${port}` };
}
