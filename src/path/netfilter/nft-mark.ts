import type { Mark, Packet } from "../packet.ts";
import type { MatchInput } from "./context.ts";
import { isArray, isObject, onlyMember } from "./json.ts";
import { evaluateLeft } from "./nft-value.ts";

/** `meta mark set 0x4000`, `meta mark set meta mark | 0x4000`, and the same of ct mark. */
export function mangled(body: unknown, input: MatchInput): Packet {
  const { packet } = input;
  const [kind, target] = (isObject(body) ? onlyMember(body.key) : null) ?? ["", null];
  if (!isObject(target) || target.key !== "mark") return packet;
  const mark = isObject(body) ? markValue(body.value, input) : { value: 0, unknownBits: -1 };
  return kind === "ct" ? { ...packet, connmark: mark } : { ...packet, mark };
}

function markValue(value: unknown, input: MatchInput): Mark {
  if (typeof value === "number") return { value: value | 0, unknownBits: 0 };
  const [name, body] = onlyMember(value) ?? ["", null];
  if (isArray(body) && (name === "|" || name === "^" || name === "&")) {
    const [left, right] = body.map((part) => markValue(part, input));
    if (left !== undefined && right !== undefined) return combined(name, left, right);
  }
  const read = evaluateLeft(value, input);
  return read.kind === "mark" ? read.mark : { value: 0, unknownBits: -1 };
}

function combined(op: "|" | "^" | "&", a: Mark, b: Mark): Mark {
  const unknownBits = a.unknownBits | b.unknownBits;
  if (op === "|")
    return {
      value: a.value | b.value,
      unknownBits: unknownBits & ~(a.value & ~a.unknownBits) & ~(b.value & ~b.unknownBits),
    };
  if (op === "^") return { value: a.value ^ b.value, unknownBits };
  const zero = (~a.value & ~a.unknownBits) | (~b.value & ~b.unknownBits);
  return { value: a.value & b.value, unknownBits: unknownBits & ~zero };
}
