import type { FlowEnd } from "../../model/flow.ts";
import type { Ranges } from "../../model/ranges.ts";
import { includesAddress, parseAddress, parseCidr } from "../../net/cidr.ts";
import type { Inventory } from "./inventory.ts";

/** Says of an address in one of the cluster's ranges that nothing in the cluster has it; null for all others. */
export function nobodys(end: FlowEnd, inventory: Inventory, ranges: Ranges | null): string | null {
  if (end.kind !== "IP" || hasOwner(end.ip, inventory)) return null;
  const node = rangeOwner(end, inventory);
  if (node !== null) return `no Pod has ${end.ip}, an address of the Pod range ${node.cidr} of ${node.name}`;
  const found = (ranges?.ranges ?? []).filter(({ cidr }) => holds(cidr, end.ip));
  const range = found.find(({ role }) => role !== "node") ?? found[0];
  if (range === undefined) return null;
  const { role, cidr } = range;
  if (role === "node") return `no Node has ${end.ip}, an address of the Nodes' network ${cidr}`;
  return `no ${role === "pod" ? "Pod" : "Service"} has ${end.ip}, an address of the ${role === "pod" ? "Pod" : "Service"} range ${cidr}`;
}

function hasOwner(ip: string, { pods, nodes, services }: Inventory): boolean {
  return (
    pods.some(({ ips }) => ips.includes(ip)) ||
    nodes.some(({ internalIPs, externalIPs }) => internalIPs.includes(ip) || externalIPs.includes(ip)) ||
    services.some(({ clusterIPs, externalIPs }) => clusterIPs.includes(ip) || externalIPs.includes(ip))
  );
}

/** The Node in whose Pod range an address lies. */
export function rangeOwner(
  { ip }: FlowEnd,
  { nodes }: Inventory,
): { readonly name: string; readonly cidr: string } | null {
  for (const { name, podCIDRs } of nodes) {
    const cidr = podCIDRs.find((one) => holds(one, ip));
    if (cidr !== undefined) return { name, cidr };
  }
  return null;
}

function holds(text: string, ip: string): boolean {
  const cidr = parseCidr(text);
  const address = parseAddress(ip);
  return cidr !== null && address !== null && includesAddress(cidr, address);
}
