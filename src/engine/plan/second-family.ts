import { probePort } from "../../collect/session/objects.ts";
import type { Flow } from "../../model/flow.ts";
import type { Node, Pod } from "../../model/kubernetes.ts";
import { parseAddress } from "../../net/cidr.ts";
import { flow, podEnd } from "./draft.ts";
import { nextOf, type PlanInput, serves } from "./input.ts";

/**
 * Where Pods have an address of the other family as well (dual-stack, KEP-563), that one is tried too: from each Node to its own probe
 * Pod, and between probe Pods in a ring, both ways. It has routes, tunnels and rules of its own.
 */
export function secondFamily(input: PlanInput, sources: readonly Pod[]): Flow[] {
  return sources.flatMap((from) => {
    const own = secondAddress(from.ips);
    if (own === null) return [];
    const node = input.nodes.find(({ name }) => name === from.node);
    const to = nextOf(sources, from.node);
    const back = sources.find((one) => nextOf(sources, one.node) === from);
    const targets = [...new Set([to, back])].filter((one) => one !== undefined && one !== from);
    return [
      ...fromNode(input, node, from, own),
      ...targets.flatMap((target) => (target === undefined ? [] : between(input, from, own, target))),
    ];
  });
}

/** The first address of the family that the Pod's or Node's first one is not of. */
function secondAddress([first, ...others]: readonly string[]): string | null {
  const family = first === undefined ? undefined : parseAddress(first)?.family;
  return others.find((other) => parseAddress(other)?.family !== family) ?? null;
}

function fromNode({ nodeStates }: PlanInput, node: Node | undefined, pod: Pod, address: string): readonly Flow[] {
  const ip = node === undefined ? null : secondAddress(node.internalIPs);
  if (node === undefined || ip === null || !nodeStates.has(node.name)) return [];
  const from = { kind: "Node", name: node.name, ip } as const;
  return [named(flow({ purpose: "node-to-pod", from, to: podEnd(pod, address), protocol: "icmp" }), address)];
}

function between(input: PlanInput, from: Pod, own: string, to: Pod): readonly Flow[] {
  const address = secondAddress(to.ips);
  if (address === null) return [];
  const ends = { purpose: "pod-to-pod", from: podEnd(from, own), to: podEnd(to, address) } as const;
  const tcp = serves(input, to) ? [flow({ ...ends, protocol: "tcp", port: probePort })] : [];
  return [flow({ ...ends, protocol: "icmp" }), ...tcp].map((each) => named(each, address));
}

/** Ids name ends and not addresses: the same ends are already there in the first family. */
const named = (each: Flow, address: string): Flow => ({
  ...each,
  id: `${each.id} ${parseAddress(address)?.family ?? "other family"}`,
});
