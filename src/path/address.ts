import { type Address, type Cidr, hostCidr, parseAddress, parseCidr } from "../net/cidr.ts";

/** "10.0.0.0/8", "10.0.0.1", "10.0.0.0/255.0.0.0" (as iptables prints odd masks) or an IPv6 likewise; null for all else. */
export function parseBlock(text: string): Cidr | null {
  const slash = text.indexOf("/");
  if (slash < 0) return blockOfHost(text);
  const mask = text.slice(slash + 1);
  if (!mask.includes(".")) return parseCidr(text);
  const length = maskLength(mask);
  return length === null ? null : parseCidr(`${text.slice(0, slash)}/${length}`);
}

/** Reads an address that may carry a zone ("fe80::1%eth0") or a prefix length. */
export function parseHost(text: string): Address | null {
  return parseAddress(text.replace(/[%/].*$/, ""));
}

/** The canonical text of an address, or the text itself where it is none: for keys of indexes. */
export function addressKey(text: string): string {
  return parseHost(text)?.text ?? text;
}

/** Splits "10.0.0.1:80", "[fd00::1]:80", "10.0.0.1"; null where it is a range or no address. */
export function parseSocketAddress(text: string): { readonly address: Address; readonly port: number | null } | null {
  const match = /^\[([^\]]+)\](?::(\d+))?$/.exec(text) ?? /^(\d+\.\d+\.\d+\.\d+)(?::(\d+))?$/.exec(text);
  const address = parseAddress(match?.[1] ?? text);
  if (address === null) return null;
  return { address, port: match?.[2] === undefined ? null : Number(match[2]) };
}

function blockOfHost(text: string): Cidr | null {
  const address = parseAddress(text);
  return address === null ? null : hostCidr(address);
}

/** A netmask of contiguous ones as a prefix length; null for all else. */
function maskLength(mask: string): number | null {
  const value = parseAddress(mask)?.value;
  if (value === undefined) return null;
  const bits = value.toString(2).padStart(32, "0");
  return /^1*0*$/.test(bits) ? bits.replace(/0+$/, "").length : null;
}
