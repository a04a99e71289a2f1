import { evidence } from "../model/define.ts";
import type { Evidence } from "../model/finding.ts";
import type { Located, Sighting, Witness, WitnessedRule, WitnessPlace, WitnessPoint } from "../model/witness.ts";

type Found = Omit<Located, "text" | "evidence">;

/** The place in one sentence, without full stop. */
export function describeLoss(located: Found, witness: Witness): string {
  const { verdict, way, lastSeen, rule, reason } = located;
  const subject = way === "forward" ? "the packet" : "the answer";
  switch (verdict) {
    case "arrived":
      return "the packet arrived and was answered";
    case "refused":
      return `the packet was refused: ${refusalText(witness)}${rule === null ? "" : `; ${ruleText(rule)}`}`;
    case "not-sent":
      return rule === null
        ? `the packet did not leave the sender's sockets${saidText(witness)}`
        : `the packet was dropped before it left by a device: ${ruleText(rule)}`;
    default:
      if (lastSeen === null && rule !== null)
        return `${subject} was dropped before it left by a device: ${ruleText(rule)}`;
      if (lastSeen === null) return `where ${subject} was lost could not be watched: ${holes(witness)}`;
      if (rule !== null) return `${subject} was last seen ${pointText(lastSeen)}; ${ruleText(rule)}`;
      return `${subject} was last seen ${pointText(lastSeen)}${nextText(located, witness)}${reason === null ? "" : `; the kernel dropped it there: ${reason}`}`;
  }
}

function nextText({ verdict, way, lastSeen, nextExpected }: Found, witness: Witness): string {
  if (verdict === "unknown") return `; what came of it could not be watched: ${holes(witness)}`;
  if (nextExpected === null) {
    const ends = way === "forward" ? witness.watched.at(-1) : witness.watched[0];
    const atEnd = ends?.place.node === lastSeen?.node && ends?.place.pod === lastSeen?.pod;
    return atEnd ? ", and nothing answered there" : ", and went no further there";
  }
  return `, and never reached ${nextExpected.device === "" ? "" : `${nextExpected.device} on `}${placeText(nextExpected)}`;
}

const placeText = ({ node, pod }: WitnessPlace): string => (pod === null ? node : `${node}, in Pod ${pod}`);

const pointText = (point: WitnessPoint): string =>
  `on ${placeText(point)}, ${point.direction === "in" ? "coming in" : "leaving"} by ${point.device}`;

/** "filter FORWARD rule 3 (…)" as iptables counts, with the family where several tables may have that name. */
export function ruleText(rule: WitnessedRule): string {
  const which =
    rule.handle === null
      ? "by its policy"
      : rule.number === null
        ? `rule with handle ${rule.handle}`
        : `rule ${rule.number}`;
  // nft shows nothing of a rule whose match it cannot print.
  const text = rule.handle === null || rule.rule === "" ? "" : ` (${rule.rule})`;
  const what = rule.outer ? "the encapsulated packet" : "it";
  return `${what} was dropped on ${placeText(rule)} in ${rule.family} ${rule.table} ${rule.chain} ${which}${text}`;
}

function refusalText({ sightings }: Witness): string {
  const refusal = sightings.find(({ refusal }) => refusal);
  if (refusal === undefined) return "";
  return `${refusal.what}${refusal.what === "RST" ? ` from ${refusal.source}` : ""}, first seen on ${placeText(refusal.place)} by ${refusal.device}`;
}

const saidText = ({ sent }: Witness): string =>
  sent.known ? (sent.value === "" ? "" : ` (${firstLine(sent.value)})`) : ` (${sent.detail})`;
const firstLine = (text: string): string => text.split("\n")[0]?.slice(0, 200) ?? "";

function holes({ watched }: Witness): string {
  const parts = watched.flatMap(({ place, captured }) => {
    if (!captured.known) return [`${placeText(place)}: ${captured.detail || captured.reason}`];
    return captured.value.full ? [`${placeText(place)}: more packets than the capture takes`] : [];
  });
  return parts.join("; ") || "no reason was given";
}

/** What a person can check by hand: the last sighting, the rule, the kernel's word. */
export function evidenceOf({ rule, reason }: Found, last: Sighting | null, witness: Witness): readonly Evidence[] {
  const at = (place: WitnessPlace): string => {
    const index = witness.watched.findIndex(({ place: one }) => one.node === place.node && one.pod === place.pod);
    return `witness/${place.node}/${place.where}${index}`;
  };
  return [
    ...(last === null
      ? []
      : [
          evidence(
            `${at(last.place)}/pcap`,
            `${last.device} ${last.direction}`,
            `${last.source} > ${last.destination} ${last.what}`,
          ),
        ]),
    ...(rule === null ? [] : [evidence(`${at(rule)}/trace`, `${rule.family} ${rule.table} ${rule.chain}`, rule.rule)]),
    ...(reason === null || last === null ? [] : [evidence(`witness/${last.place.node}/kernel`, "kfree_skb", reason)]),
  ];
}
