import { type Address, parseAddress } from "./cidr.ts";

/** A client's address as a server prints it: one that listens on "::" sees IPv4 clients as ::ffff:10.0.0.1 (RFC 4291 section 2.5.5.2). */
export function seenAddress(text: string): Address | null {
  return parseAddress(text.replace(/^\[|\]$/g, "").replace(/^::ffff:(?=\d+\.)/i, ""));
}
