import type { Flow } from "../../model/flow.ts";
import { flow } from "./draft.ts";
import { onPodNetwork, type PlanInput, planLimits } from "./input.ts";

/** Every TCP hostPort of a Pod, asked of its Node by one other Node. */
export function hostPorts(input: PlanInput): Flow[] {
  const open = input.pods
    .filter((pod) => onPodNetwork(pod) && pod.ready)
    .flatMap(({ node, ports }) =>
      ports.flatMap(({ hostPort, protocol }) => (hostPort === null || protocol !== "TCP" ? [] : [{ node, hostPort }])),
    )
    .slice(0, planLimits.hostPorts);
  return open.flatMap(({ node, hostPort }) => {
    const at = input.nodes.findIndex(({ name }) => name === node);
    const ip = input.nodes[at]?.internalIPs[0];
    const peer = input.nodes[(at + 1) % Math.max(input.nodes.length, 1)];
    const peerIp = peer?.internalIPs[0];
    if (ip === undefined || peer === undefined || peerIp === undefined || peer.name === node) return [];
    if (!input.nodeStates.has(peer.name)) return [];
    return [
      flow({
        purpose: "host-port",
        from: { kind: "Node", name: peer.name, ip: peerIp },
        to: { kind: "Node", name: node, ip },
        protocol: "tcp",
        port: hostPort,
      }),
    ];
  });
}
