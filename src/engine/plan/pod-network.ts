import { probePort } from "../../collect/session/objects.ts";
import type { Flow } from "../../model/flow.ts";
import type { Pod } from "../../model/kubernetes.ts";
import { flow, podEnd, serviceEnd } from "./draft.ts";
import { netnsOf, nextOf, onPodNetwork, type PlanInput, planLimits, serves } from "./input.ts";

/** A ring in both directions: with three Nodes every pair. */
export function betweenProbePods(input: PlanInput, sources: readonly Pod[]): Flow[] {
  if (sources.length < 2) return [];
  return sources.flatMap((from, index) => {
    const next = sources[(index + 1) % sources.length];
    const previous = sources[(index + sources.length - 1) % sources.length];
    const targets = [...new Set([next, previous])].filter((pod) => pod !== undefined);
    return targets.flatMap((to) => {
      const ends = { from: podEnd(from), to: podEnd(to) };
      const mtu = deviceMtu(input, from);
      return [
        flow({ purpose: "pod-to-pod", ...ends, protocol: "icmp" }),
        ...(serves(input, to)
          ? (["tcp", "udp"] as const).map((protocol) =>
              flow({ purpose: "pod-to-pod", ...ends, protocol, port: probePort }),
            )
          : []),
        ...(mtu === null ? [] : [flow({ purpose: "path-mtu", ...ends, protocol: "icmp", packetBytes: mtu })]),
      ];
    });
  });
}
function deviceMtu(input: PlanInput, pod: Pod): number | null {
  const links = netnsOf(input.nodeStates.get(pod.node), pod)?.links;
  if (links === undefined || !links.known) return null;
  return links.value.find((link) => link.addresses.some(({ address }) => pod.ips.includes(address)))?.mtuBytes ?? null;
}

/**
 * From one other Pod of the Node to its probe Pod and to the next Node's, which say whom they saw; and from the probe Pod to itself
 * through a Service (hairpin).
 */
export function withinNode(input: PlanInput, sources: readonly Pod[]): Flow[] {
  const hairpin = input.ownServices.find(({ name }) => name === "hairpin");
  const address = hairpin?.clusterIPs[0];
  return sources.flatMap((from) => {
    const neighbour = input.pods.find(
      (pod) => onPodNetwork(pod) && pod.node === from.node && pod.ready && speaksPlainly(input, pod),
    );
    const targets = [...new Set([from, nextOf(sources, from.node) ?? from])].filter((to) => serves(input, to));
    return [
      ...(neighbour === undefined
        ? []
        : targets.map((to) =>
            flow({
              purpose: "pod-to-pod",
              from: podEnd(neighbour),
              to: podEnd(to),
              protocol: "tcp",
              port: probePort,
            }),
          )),
      ...(hairpin === undefined || address === undefined || !serves(input, from)
        ? []
        : [
            flow({
              purpose: "hairpin",
              from: podEnd(from),
              to: serviceEnd(hairpin, address),
              protocol: "tcp",
              port: probePort,
            }),
          ]),
    ];
  });
}

/** What the kubelet needs for its probes: every Pod on the Node. */
export function nodeToPods(input: PlanInput): Flow[] {
  return input.nodes.flatMap((node) => {
    const ip = node.internalIPs[0];
    if (ip === undefined || !input.nodeStates.has(node.name)) return [];
    const pods = [...input.pods, ...input.probePods.values()].filter(
      (pod) => onPodNetwork(pod) && pod.node === node.name,
    );
    return pods.slice(0, planLimits.podsPerNode).map((pod) =>
      flow({
        purpose: "node-to-pod",
        from: { kind: "Node", name: node.name, ip },
        to: podEnd(pod),
        protocol: "icmp",
      }),
    );
  });
}

export function podsToNodes(input: PlanInput, sources: readonly Pod[]): Flow[] {
  const names = input.nodes.map(({ name }) => name);
  return sources.flatMap((from) => {
    const at = names.indexOf(from.node);
    const targets = [...new Set([at, (at + 1) % names.length])].map((index) => input.nodes[index]);
    return targets.flatMap((node) => {
      const ip = node?.internalIPs[0];
      return node === undefined || ip === undefined
        ? []
        : [
            flow({
              purpose: "pod-to-node",
              from: podEnd(from),
              to: { kind: "Node", name: node.name, ip },
              protocol: "icmp",
            }),
          ];
    });
  });
}

/** A sidecar redirects what leaves the Pod, and what it refuses is no fault of the network: such a Pod is not asked to send. */
function speaksPlainly(input: PlanInput, pod: Pod): boolean {
  const netns = netnsOf(input.nodeStates.get(pod.node), pod);
  if (netns === undefined || !netns.iptables.known || !netns.nftables.known) return false;
  return (
    netns.nftables.value.tables.length === 0 &&
    netns.iptables.value.every(({ tables }) =>
      [...tables.values()].every(({ chains }) => [...chains.values()].every(({ rules }) => rules.length === 0)),
    )
  );
}
