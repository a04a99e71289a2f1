import type { Flow, FlowEnd } from "../../model/flow.ts";
import type { Pod } from "../../model/kubernetes.ts";
import type { NodeState } from "../../model/node.ts";
import { flow, podEnd } from "./draft.ts";
import type { PlanInput } from "./input.ts";

/** With no target named, only what the cluster already talks to: the DNS servers and the default gateways of its Nodes. */
export function egress(input: PlanInput, sources: readonly Pod[]): Flow[] {
  if (input.egressOff) return [];
  return sources.flatMap((pod) => {
    const from = podEnd(pod);
    if (input.egress.length > 0) {
      return input.egress.map(({ ip, port }) =>
        flow({ purpose: "egress", from, to: { kind: "IP", ip }, protocol: "tcp", port }),
      );
    }
    const state = input.nodeStates.get(pod.node);
    return state === undefined ? [] : [...upstreamDns(state, from), ...gateways(input, state, from)];
  });
}

function upstreamDns(state: NodeState, from: FlowEnd): Flow[] {
  const conf = state.kubeletResolvConf.known ? state.kubeletResolvConf : state.resolvConf;
  const servers = conf.known
    ? conf.value.nameservers.filter((server) => !/^(127\.|::1$|169\.254\.|fe80:)/.test(server)).slice(0, 2)
    : [];
  return servers.map((ip) =>
    flow({
      purpose: "egress",
      from,
      to: { kind: "IP", ip },
      protocol: "udp",
      port: 53,
      dns: { name: ".", type: "NS" },
    }),
  );
}

/** From the Pod and, to compare, from its Node: a gateway that answers neither tells nothing. */
function gateways(input: PlanInput, state: NodeState, from: FlowEnd): Flow[] {
  const nodeIp = input.nodes.find(({ name }) => name === state.node)?.internalIPs[0];
  const routes = state.routes.known ? state.routes.value : [];
  const gateway = routes.find(
    ({ family, destination, table }) => family === "IPv4" && destination === "0.0.0.0/0" && table === "main",
  )?.gateway;
  if (gateway === undefined || gateway === null || nodeIp === undefined) return [];
  const to: FlowEnd = { kind: "IP", ip: gateway };
  return [
    flow({ purpose: "egress", from, to, protocol: "icmp" }),
    flow({ purpose: "egress", from: { kind: "Node", name: state.node, ip: nodeIp }, to, protocol: "icmp" }),
  ];
}
