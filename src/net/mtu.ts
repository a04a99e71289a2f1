import type { CrossNodeStrategy } from "../model/cni.ts";
import type { AddressFamily } from "./cidr.ts";

/** Bytes that a tunnel puts around a Pod's IP packet. `exact` is false where options or padding may add more. */
export interface Overhead {
  readonly bytes: number;
  readonly exact: boolean;
  /** How the bytes add up and where that is written. */
  readonly source: string;
}

/** RFC 8200 section 5: a link below this cannot carry IPv6. */
export const IPV6_MINIMUM_MTU_BYTES = 1280;

const IP_HEADER_BYTES = { IPv4: 20, IPv6: 40 } as const;

const INNER: Partial<Record<CrossNodeStrategy, { bytes: number; exact: boolean; parts: string; source: string }>> = {
  vxlan: { bytes: 30, exact: true, parts: "UDP 8 + VXLAN 8 + inner Ethernet 14", source: "RFC 7348 section 5" },
  geneve: {
    bytes: 30,
    exact: false,
    parts: "UDP 8 + Geneve 8 + inner Ethernet 14 + options",
    source: "RFC 8926 section 3",
  },
  ipip: { bytes: 0, exact: true, parts: "", source: "RFC 2003 section 3, RFC 2473 section 3" },
  // The padding to 16 bytes never makes a packet larger than the device's MTU (drivers/net/wireguard/send.c).
  wireguard: {
    bytes: 40,
    exact: true,
    parts: "UDP 8 + data header 16 + tag 16",
    source: "WireGuard protocol, section 5.4.6",
  },
  "direct-routing": { bytes: 0, exact: true, parts: "", source: "no encapsulation" },
  bgp: { bytes: 0, exact: true, parts: "", source: "no encapsulation" },
  cloud: { bytes: 0, exact: true, parts: "", source: "no encapsulation on the Node" },
  "single-node": { bytes: 0, exact: true, parts: "", source: "no other Node" },
};
const TUNNELS: readonly CrossNodeStrategy[] = ["vxlan", "geneve", "ipip", "wireguard"];

/**
 * The overhead of a strategy, by the family of the outer header: VXLAN 50 or 70 bytes, IPIP 20 or 40, WireGuard 60 or 80,
 * Geneve at least 50 or 70, none without a tunnel. Null where the strategy alone does not tell (ebpf, unknown).
 */
export function encapsulationOverhead(strategy: CrossNodeStrategy, outer: AddressFamily): Overhead | null {
  const inner = INNER[strategy];
  if (inner === undefined) return null;
  if (!TUNNELS.includes(strategy)) return { bytes: 0, exact: true, source: inner.source };
  const header = IP_HEADER_BYTES[outer];
  const sum = inner.parts === "" ? `outer ${outer} ${header}` : `outer ${outer} ${header} + ${inner.parts}`;
  return { bytes: header + inner.bytes, exact: inner.exact, source: `${sum} (${inner.source})` };
}

/** The largest MTU that Pods may have over an uplink of this MTU; null where the overhead is not known. */
export function largestPodMtu(
  uplinkMtuBytes: number,
  strategy: CrossNodeStrategy,
  outer: AddressFamily,
): number | null {
  const overhead = encapsulationOverhead(strategy, outer);
  return overhead === null ? null : Math.max(0, uplinkMtuBytes - overhead.bytes);
}
