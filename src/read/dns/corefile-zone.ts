import type { CorefileServer } from "../../model/dns.ts";
import { parseAddress, parseCidr } from "../../net/cidr.ts";
import { parsePort } from "../../net/port-range.ts";

export type CorefileZone = CorefileServer["zones"][number];

const PORTS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    dns: 53,
    tls: 853,
    grpc: 443,
    https: 443,
    https3: 443,
    quic: 853,
  }),
);
/** CoreDNS puts the value of a variable here; ours is not known. */
const VARIABLE = /^\{[$%].*\}$/;
const LONGEST_NAME = 255;
const LONGEST_LABEL = 63;

/**
 * "[SCHEME://]ZONE[:PORT]" (coredns core/dnsserver/address.go). A zone in CIDR notation stands for its reverse zone; one that does not
 * end at an octet or nibble is kept as the next wider one. Null for what is no zone.
 */
export function readZone(key: string): CorefileZone | null {
  const separator = key.indexOf("://");
  const scheme = separator === -1 ? "dns" : key.slice(0, separator).toLowerCase();
  const standard = PORTS.get(scheme);
  if (standard === undefined) return null;
  const { host, port } = splitPort(separator === -1 ? key : key.slice(separator + 3));
  const number = port === null || VARIABLE.test(port) ? standard : parsePort(port);
  const zone = reverseZone(host) ?? plainZone(host);
  return number === null || zone === null ? null : { zone, scheme, port: number };
}

/** An IPv6 CIDR has colons of its own, so has an address in brackets. */
function splitPort(text: string): { readonly host: string; readonly port: string | null } {
  if (parseCidr(text) !== null) return { host: text, port: null };
  const match = /^(.*):([^:\]]*)$/s.exec(text);
  return match === null ? { host: text, port: null } : { host: match[1] ?? "", port: match[2] ?? "" };
}

/** DNS allows any octets in a label (RFC 2181 11), and so does CoreDNS here. */
function plainZone(host: string): string | null {
  if (host === "" || host === ".") return ".";
  const name = host.toLowerCase().replace(/\.$/, "");
  const labels = name.split(".");
  const fits = name.length < LONGEST_NAME && labels.every((label) => label !== "" && label.length <= LONGEST_LABEL);
  return fits ? `${name}.` : null;
}

function reverseZone(host: string): string | null {
  const cidr = parseCidr(host);
  if (cidr === null) return null;
  const address = parseAddress(cidr.text.split("/")[0] ?? "");
  if (address === null) return null;
  const bits = address.family === "IPv4" ? 8 : 4;
  const labels = Math.floor(cidr.prefixLength / bits);
  const width = address.family === "IPv4" ? 32 : 128;
  const parts = Array.from({ length: labels }, (_, index) => {
    const value = (address.value >> BigInt(width - bits * (index + 1))) & ((1n << BigInt(bits)) - 1n);
    return value.toString(address.family === "IPv4" ? 10 : 16);
  });
  return [...parts.reverse(), address.family === "IPv4" ? "in-addr.arpa." : "ip6.arpa."].join(".");
}
