import type { Node } from "../../model/kubernetes.ts";
import type { NodeState } from "../../model/node.ts";
import { type Address, cidrOf, hostCidr, parseAddress } from "../../net/cidr.ts";
import { asString, at, parseJson } from "../json-value.ts";
import { byName, valueOr } from "../known-parts.ts";
import { type ClaimOrigin, claim, type RangeClaim, type RangesInput } from "./claim.ts";

const NODE = { role: "node", authority: "cluster" } as const;

/**
 * The networks that the Nodes' internal addresses lie in, with the prefix length of the Node's own interface; where that was not
 * read, what the CNI noted about it; else the addresses alone.
 */
export function nodeClaims(input: RangesInput): readonly RangeClaim[] {
  const claims = [...valueOr(input.nodes, [])].sort(byName).flatMap((node) => {
    const state = input.nodeStates.known ? input.nodeStates.value.get(node.name) : undefined;
    const addresses = node.internalIPs.map(parseAddress).filter((address) => address !== null);
    return addresses.map(
      (address) => fromInterface(address, node, state) ?? fromNote(address, node) ?? host(address, node),
    );
  });
  const networks = claims.filter(({ extent }) => extent === "pool");
  return [...networks, ...claims.filter(({ extent }) => extent === "part")];
}

function fromInterface(address: Address, node: Node, state: NodeState | undefined): RangeClaim | null {
  const links = state?.links.known ? state.links.value : [];
  for (const link of links) {
    const entry = link.addresses.find((own) => parseAddress(own.address)?.text === address.text);
    const network = entry === undefined ? null : cidrOf(address, entry.prefixLength);
    // A /32 (GCE, some AWS images) says that the cloud's router does everything, not how large the subnet is.
    if (network === null || network.first === network.last) continue;
    const origin: ClaimOrigin = {
      ...NODE,
      extent: "pool",
      source: `Node ${node.name} interface ${link.name}`,
      confidence: "certain",
      capture: `node/${node.name}/addr`,
      where: link.name,
    };
    return claim(network, origin);
  }
  return null;
}

const NOTES: readonly (readonly [annotation: string, field: string | null])[] = [
  ["projectcalico.org/IPv4Address", null],
  ["projectcalico.org/IPv6Address", null],
  ["k8s.ovn.org/node-primary-ifaddr", "ipv4"],
  ["k8s.ovn.org/node-primary-ifaddr", "ipv6"],
];

/** "10.192.0.2/16", or that in a field of a JSON object. */
function fromNote(address: Address, node: Node): RangeClaim | null {
  for (const [annotation, field] of NOTES) {
    const text = node.annotations[annotation] ?? "";
    const parsed = parseJson(field === null ? "" : text);
    const value = field === null ? text : asString(parsed.known ? at(parsed.value, field) : "");
    const [ip = "", length = ""] = value.split("/");
    const network = parseAddress(ip)?.text === address.text ? cidrOf(address, Number(length || Number.NaN)) : null;
    if (network === null || network.first === network.last) continue;
    const place = `Node ${node.name} annotation ${annotation}`;
    const origin = { ...NODE, extent: "pool", confidence: "configured", capture: "api/nodes", where: place } as const;
    return claim(network, { ...origin, source: place });
  }
  return null;
}

function host(address: Address, node: Node): RangeClaim {
  return claim(hostCidr(address), {
    ...NODE,
    extent: "part",
    source: `Node ${node.name} InternalIP`,
    confidence: "inferred",
    capture: "api/nodes",
    where: `${node.name} status.addresses`,
  });
}
