import type { NftSet, NftTable } from "../../model/node.ts";
import { includesAddress } from "../../net/cidr.ts";
import { parseBlock, parseHost } from "../address.ts";
import { isArray, isObject, onlyMember, textOf } from "./json.ts";
import type { NftValue } from "./nft-value.ts";
import { and, markEquals, not, or, portsWithin, type Truth, truthOf } from "./truth.ts";

/** Compares a value with the right side of a match: a scalar, prefix, range, anonymous or named set. */
export function compare(op: string, value: NftValue, right: unknown, table: NftTable): Truth {
  if (value.kind === "absent") return "no";
  if (value.kind === "unknown") return "maybe";
  switch (op) {
    case "==":
      return value.kind === "flags" ? exactFlags(value.flags, right) : isOneOf(value, right, table);
    case "in":
      return isOneOf(value, right, table);
    case "!=":
      return value.kind === "flags" ? not(exactFlags(value.flags, right)) : not(isOneOf(value, right, table));
    case "<":
    case ">":
    case "<=":
    case ">=":
      return ordered(op, value, right);
    default:
      return "maybe";
  }
}

function isOneOf(value: NftValue, right: unknown, table: NftTable): Truth {
  const elements = elementsOf(right, table);
  return elements === null ? "maybe" : or(elements.map((element) => isElement(value, element)));
}

/** The elements of a right side; null where it names a set that was not read. A map's elements are its keys. */
function elementsOf(right: unknown, table: NftTable): readonly unknown[] | null {
  if (typeof right === "string" && right.startsWith("@")) {
    const set = table.sets.get(right.slice(1));
    return set === undefined ? null : keysOf(set);
  }
  if (isArray(right)) return right;
  return isObject(right) && isArray(right.set) ? right.set : [right];
}

function keysOf(set: NftSet): readonly unknown[] {
  return set.kind === "set" ? set.elements : set.elements.map((entry) => (isArray(entry) ? entry[0] : entry));
}

/** Whether a value equals, or lies in, one element of a set. */
export function isElement(value: NftValue, element: unknown): Truth {
  if (value.kind === "absent") return "no";
  const plain = withoutOptions(element);
  if (value.kind === "unknown") return plain === "*" ? "yes" : "maybe";
  const member = onlyMember(plain);
  if (plain === "*") return "yes";
  switch (value.kind) {
    case "address":
      return inAddresses(value, plain);
    case "ports":
      return inPorts(value, plain);
    case "mark":
      return inMarks(value, plain);
    case "word":
      return typeof plain === "object" ? "maybe" : truthOf(value.words.includes(textOf(plain)));
    case "flags":
      return typeof plain === "string" ? truthOf(value.flags.includes(plain)) : "maybe";
    case "device":
      return typeof plain === "string" ? truthOf(deviceMatches(plain, value.name)) : "maybe";
    case "concat":
      return member !== null && member[0] === "concat" && isArray(member[1])
        ? inConcat(value.parts, member[1])
        : "maybe";
  }
}

function inConcat(parts: readonly NftValue[], elements: readonly unknown[]): Truth {
  if (parts.length !== elements.length) return "maybe";
  return and(parts.map((part, index) => isElement(part, elements[index])));
}

/** {"elem": {"val": …, "comment": …}} is the same as its value. */
function withoutOptions(element: unknown): unknown {
  const member = onlyMember(element);
  return member !== null && member[0] === "elem" && isObject(member[1]) ? member[1].val : element;
}

function deviceMatches(pattern: string, name: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

/** The two ends of {"range": [a, b]}; null for all else. */
function rangeOf(element: unknown): readonly [unknown, unknown] | null {
  const member = onlyMember(element);
  return member !== null && member[0] === "range" && isArray(member[1]) ? [member[1][0], member[1][1]] : null;
}

function inAddresses({ address }: Extract<NftValue, { kind: "address" }>, element: unknown): Truth {
  if (typeof element === "string") {
    const block = parseBlock(element);
    return block === null ? "maybe" : truthOf(includesAddress(block, address));
  }
  const range = rangeOf(element);
  if (range !== null) {
    const [first, last] = range.map((end) => parseHost(textOf(end)));
    if (first == null || last == null) return "maybe";
    return truthOf(first.family === address.family && first.value <= address.value && address.value <= last.value);
  }
  const member = onlyMember(element);
  if (member === null || member[0] !== "prefix" || !isObject(member[1])) return "maybe";
  const block = parseBlock(`${textOf(member[1].addr)}/${textOf(member[1].len)}`);
  return block === null ? "maybe" : truthOf(includesAddress(block, address));
}

function inPorts({ ports }: Extract<NftValue, { kind: "ports" }>, element: unknown): Truth {
  const [first, last] = rangeOf(element) ?? [element, element];
  return typeof first === "number" && typeof last === "number" ? portsWithin(ports, first, last) : "maybe";
}

function inMarks({ mark }: Extract<NftValue, { kind: "mark" }>, element: unknown): Truth {
  return typeof element === "number" ? markEquals(mark, element | 0, -1) : "maybe";
}

function exactFlags(flags: readonly string[], right: unknown): Truth {
  const wanted = isArray(right) ? right : [right];
  if (!wanted.every((word) => typeof word === "string")) return right === 0 ? truthOf(flags.length === 0) : "maybe";
  return truthOf(wanted.length === flags.length && wanted.every((word) => flags.includes(word)));
}

function ordered(op: "<" | ">" | "<=" | ">=", value: NftValue, right: unknown): Truth {
  if (value.kind !== "ports" || typeof right !== "number") return "maybe";
  switch (op) {
    case "<":
      return portsWithin(value.ports, 0, right - 1);
    case "<=":
      return portsWithin(value.ports, 0, right);
    case ">":
      return portsWithin(value.ports, right + 1, 65_535);
    case ">=":
      return portsWithin(value.ports, right, 65_535);
  }
}
