import { type Netns, sysctl } from "./netns.ts";
import type { Packet } from "./packet.ts";

/** The switch that hands bridged packets of this family to the Node's IP rules. */
export function bridgeSysctl(packet: Packet): string {
  return `net.bridge.bridge-nf-call-${packet.source.family === "IPv4" ? "iptables" : "ip6tables"}`;
}

/**
 * Whether bridged packets pass iptables and nftables rules of their family (ip-sysctl, bridge-nf-call-iptables). Where other sysctls
 * were read and none of net.bridge is there, the module br_netfilter is not loaded, and they do not.
 */
export function bridgedPacketsFiltered(host: Netns, packet: Packet): "yes" | "no" | "perhaps" {
  const value = sysctl(host, bridgeSysctl(packet));
  if (value !== null) return value === "0" ? "no" : "yes";
  if (!host.sysctls.known || !host.sysctls.value.has("net.ipv4.ip_forward")) return "perhaps";
  return [...host.sysctls.value.keys()].some((name) => name.startsWith("net.bridge.")) ? "perhaps" : "no";
}
