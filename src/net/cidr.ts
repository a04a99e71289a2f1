import ipaddr from "ipaddr.js";

export type AddressFamily = "IPv4" | "IPv6";

/** An IP address. `text` is canonical (IPv6 as RFC 5952); two equal addresses have equal text and equal value. */
export interface Address {
  readonly family: AddressFamily;
  readonly text: string;
  readonly value: bigint;
}

/** A block of addresses, `first` to `last` inclusive. `text` is canonical: host bits cleared, IPv6 as RFC 5952. */
export interface Cidr {
  readonly family: AddressFamily;
  readonly text: string;
  readonly first: bigint;
  readonly last: bigint;
  readonly prefixLength: number;
  /** It was written with host bits set, as "10.0.0.5/24". */
  readonly hostBits: boolean;
}

const BITS = { IPv4: 32, IPv6: 128 } as const;
const MAPPED_PREFIX_BITS = 96;

/**
 * Reads one address, strictly: four decimal parts without leading zeros, or RFC 4291 text. An IPv4-mapped IPv6 address
 * (RFC 4291 2.5.5.2) is its IPv4 address, which is what the kernel sends. Null for all else, a zone id ("%eth0") included.
 */
export function parseAddress(text: string): Address | null {
  const parsed = parseStrictly(text);
  if (parsed === null) return null;
  if (parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress()) return toAddress(parsed.toIPv4Address());
  return toAddress(parsed);
}

/** Reads "address/prefix length", strictly as parseAddress does; host bits are cleared and noted. Null for all else. */
export function parseCidr(text: string): Cidr | null {
  const match = /^([^/]+)\/(0|[1-9][0-9]{0,2})$/.exec(text);
  const parsed = match?.[1] === undefined ? null : parseStrictly(match[1]);
  if (parsed === null || match?.[2] === undefined) return null;
  const prefixLength = Number(match[2]);
  if (parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress() && prefixLength >= MAPPED_PREFIX_BITS) {
    return cidrOf(toAddress(parsed.toIPv4Address()), prefixLength - MAPPED_PREFIX_BITS);
  }
  return cidrOf(toAddress(parsed), prefixLength);
}

/** The block of that prefix length which the address lies in; null if the family has no such prefix length. */
export function cidrOf(address: Address, prefixLength: number): Cidr | null {
  const bits = BITS[address.family];
  if (!Number.isInteger(prefixLength) || prefixLength < 0 || prefixLength > bits) return null;
  const hostMask = (1n << BigInt(bits - prefixLength)) - 1n;
  const first = address.value & ~hostMask;
  return {
    family: address.family,
    text: `${first === address.value ? address.text : textOf(address.family, first)}/${prefixLength}`,
    first,
    last: first | hostMask,
    prefixLength,
    hostBits: first !== address.value,
  };
}

/** The block that holds this one address: /32 or /128. */
export function hostCidr(address: Address): Cidr {
  const { family, text, value } = address;
  return {
    family,
    text: `${text}/${BITS[family]}`,
    first: value,
    last: value,
    prefixLength: BITS[family],
    hostBits: false,
  };
}

/** Every address of `inner` is in `outer`; a block contains itself. */
export function contains(outer: Cidr, inner: Cidr): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;
}

/** At least one address is in both. Symmetric. */
export function overlaps(a: Cidr, b: Cidr): boolean {
  return contains(a, b) || contains(b, a);
}

export type CidrRelation = "equal" | "contains" | "inside" | "disjoint";

/** How `a` stands to `b`: two blocks are nested or disjoint, never half over each other. */
export function relation(a: Cidr, b: Cidr): CidrRelation {
  if (contains(a, b)) return contains(b, a) ? "equal" : "contains";
  return contains(b, a) ? "inside" : "disjoint";
}

/** How many addresses the block holds, network and broadcast address included. */
export function size(cidr: Cidr): bigint {
  return cidr.last - cidr.first + 1n;
}

export function includesAddress(cidr: Cidr, address: Address): boolean {
  return cidr.family === address.family && cidr.first <= address.value && address.value <= cidr.last;
}

/** The one entry whose block includes the address and has the longest prefix; of equals the first; null if none does. */
export function longestPrefix<T extends { readonly cidr: Cidr }>(entries: readonly T[], address: Address): T | null {
  let best: T | null = null;
  for (const entry of entries) {
    if (!includesAddress(entry.cidr, address)) continue;
    if (best === null || entry.cidr.prefixLength > best.cidr.prefixLength) best = entry;
  }
  return best;
}

/** longestPrefix for many look-ups in the same entries: one hash look-up per prefix length in use. */
export function indexPrefixes<T extends { readonly cidr: Cidr }>(
  entries: readonly T[],
): (address: Address) => T | null {
  const byLength = new Map<
    string,
    { readonly family: AddressFamily; readonly shift: bigint; readonly at: Map<bigint, T> }
  >();
  const longestFirst = [...entries].sort((a, b) => b.cidr.prefixLength - a.cidr.prefixLength);
  for (const entry of longestFirst) {
    const { family, prefixLength, first } = entry.cidr;
    const key = `${family}/${prefixLength}`;
    const level = byLength.get(key) ?? { family, shift: BigInt(BITS[family] - prefixLength), at: new Map<bigint, T>() };
    byLength.set(key, level);
    if (!level.at.has(first >> level.shift)) level.at.set(first >> level.shift, entry);
  }
  return (address) => {
    for (const { family, shift, at } of byLength.values()) {
      const found = family === address.family ? at.get(address.value >> shift) : undefined;
      if (found !== undefined) return found;
    }
    return null;
  };
}

// ipaddr.js reads "010.0.0.1" as octal, "1.2" as 1.0.0.2 and "0x7f.1" as 127.0.0.1, as inet_aton(3) does; Kubernetes
// refuses all three (k8s.io/utils/net, CVE-2021-29923), so only four plain decimal parts pass.
function parseStrictly(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  if (text.includes(":")) {
    const strict = !/[^0-9a-fA-F:.]/.test(text) && tailIsStrict(text) && ipaddr.IPv6.isValid(text);
    return strict ? ipaddr.IPv6.parse(text) : null;
  }
  return isStrictIPv4(text) ? ipaddr.IPv4.parse(text) : null;
}

function isStrictIPv4(text: string): boolean {
  return /^(0|[1-9][0-9]{0,2})(\.(0|[1-9][0-9]{0,2})){3}$/.test(text) && ipaddr.IPv4.isValidFourPartDecimal(text);
}

/** Groups have at most four digits; a dotted tail is a strict IPv4 address (RFC 4291 2.2). */
function tailIsStrict(text: string): boolean {
  const groups = text.split(":");
  const tail = groups.pop() ?? "";
  const short = groups.every((group) => group.length <= 4 && !group.includes("."));
  return short && (tail.includes(".") ? isStrictIPv4(tail) : tail.length <= 4);
}

function toAddress(parsed: ipaddr.IPv4 | ipaddr.IPv6): Address {
  let value = 0n;
  for (const byte of parsed.toByteArray()) value = (value << 8n) | BigInt(byte);
  const family = parsed instanceof ipaddr.IPv6 ? "IPv6" : "IPv4";
  return { family, value, text: parsed instanceof ipaddr.IPv6 ? parsed.toRFC5952String() : parsed.toString() };
}

function textOf(family: AddressFamily, value: bigint): string {
  const bytes: number[] = [];
  for (let shift = BITS[family] - 8; shift >= 0; shift -= 8) bytes.push(Number((value >> BigInt(shift)) & 0xffn));
  const parsed = ipaddr.fromByteArray(bytes);
  return parsed instanceof ipaddr.IPv6 ? parsed.toRFC5952String() : parsed.toString();
}
