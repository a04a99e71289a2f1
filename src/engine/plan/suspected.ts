import { probePort } from "../../collect/session/objects.ts";
import type { Flow, Stop } from "../../model/flow.ts";
import type { Pod } from "../../model/kubernetes.ts";
import { walkFlow } from "../../path/walk.ts";
import { buildWorld, type World } from "../../path/world.ts";
import { flow, podEnd, serviceEnd } from "./draft.ts";
import { netnsOf, nextOf, onPodNetwork, type PlanInput, planLimits, serves } from "./input.ts";
import { isApiServer } from "./services.ts";

/**
 * Flows that nobody would send from everywhere, from every Pod and from every Node to every Service, and that state predicts to stop:
 * these are sent. What one fact stops is sent a few times and no more. Bounded by planLimits.
 */
export function suspected(input: PlanInput, sources: readonly Pod[]): Flow[] {
  const world = worldOf(input);
  const sent = new Map<string, number>();
  const flows: Flow[] = [];
  const cost = rulesByNode(input);
  let walks = 0;
  let rules = 0;
  for (const candidate of candidates(input, sources)) {
    if (walks >= planLimits.simulated || rules >= planLimits.simulatedRules) break;
    if (flows.length >= planLimits.suspected) break;
    walks += 1;
    rules += candidate.from.kind === "Pod" ? (cost.get(candidate.from.node) ?? 0) : 0;
    const stops = walkFlow(candidate, world).flatMap(({ stop }) => (stop === null ? [] : [stop]));
    const [stop] = stops.filter((one) => !isOwnChoice(one, candidate));
    if (stop === undefined) continue;
    const key = keyOf(stop);
    const times = sent.get(key) ?? 0;
    if (times >= planLimits.suspectedOfOneStop) continue;
    sent.set(key, times + 1);
    flows.push(candidate, ...toEndpoint(candidate, stop));
  }
  return flows;
}

/** How many rules a Node has: what a walk over it costs. */
function rulesByNode({ nodeStates }: PlanInput): ReadonlyMap<string, number> {
  return new Map(
    [...nodeStates].map(([node, { iptables, nftables }]) => {
      const saved = (iptables.known ? iptables.value : []).flatMap(({ tables }) =>
        [...tables.values()].flatMap(({ chains }) => [...chains.values()].map(({ rules }) => rules.length)),
      );
      const listed = (nftables.known ? nftables.value.tables : []).flatMap(({ chains }) =>
        chains.map(({ rules }) => rules.length),
      );
      return [node, [...saved, ...listed].reduce((sum, count) => sum + count, 0)];
    }),
  );
}

function worldOf({ nodes, pods, probePods, services, ownServices, endpointSlices, nodeStates }: PlanInput): World {
  return buildWorld({
    nodes,
    pods: [...pods, ...probePods.values()],
    services: [...services, ...ownServices],
    endpointSlices,
    nodeStates,
    unreadNodes: new Map(),
  });
}

function* candidates(input: PlanInput, sources: readonly Pod[]): Generator<Flow> {
  yield* fromRealPods(input, sources);
  for (const service of input.services) {
    const address = service.clusterIPs[0];
    if (service.headless || address === undefined || service.type === "ExternalName") continue;
    for (const { port, protocol } of service.ports) {
      if (protocol !== "TCP") continue;
      const purpose = isApiServer(service) ? "api-server" : "pod-to-service";
      for (const from of sources) {
        yield flow({ purpose, from: podEnd(from), to: serviceEnd(service, address), protocol: "tcp", port });
      }
    }
  }
}

/** Every Pod to the probe Pod of the next Node, or of its own where there is no other, and to the API server. */
function* fromRealPods(input: PlanInput, sources: readonly Pod[]): Generator<Flow> {
  const api = input.services.find(isApiServer);
  const address = api?.clusterIPs[0];
  const port = api?.ports[0]?.port;
  for (const pod of input.pods) {
    if (!onPodNetwork(pod) || netnsOf(input.nodeStates.get(pod.node), pod) === undefined) continue;
    const from = podEnd(pod);
    const to = nextOf(sources, pod.node);
    if (to !== undefined && serves(input, to)) {
      yield flow({ purpose: "pod-to-pod", from, to: podEnd(to), protocol: "tcp", port: probePort });
    }
    if (api !== undefined && address !== undefined && port !== undefined) {
      yield flow({ purpose: "api-server", from, to: serviceEnd(api, address), protocol: "tcp", port });
    }
  }
}

/** A Pod whose own rules refuse what it sends may mean it (a VPN's kill switch); a Service without endpoints is told of elsewhere. */
function isOwnChoice(stop: Stop, { from }: Flow): boolean {
  if (stop.kind === "no-endpoint") return true;
  if (stop.kind !== "dropped-by-rule" || from.kind !== "Pod") return false;
  return stop.pod === `${from.namespace}/${from.name}` && stop.hook.toUpperCase() === "OUTPUT";
}

const keyOf = (stop: Stop): string => {
  const { kind } = stop;
  const place = "node" in stop ? stop.node : "";
  const pod = "pod" in stop ? stop.pod : "";
  return [kind, place, pod, "service" in stop ? stop.service : ""].join(" ");
};

/** Behind a Service the next connection may find another endpoint: the one that is gone is asked for directly as well. */
function toEndpoint({ from }: Flow, stop: Stop): Flow[] {
  if (stop.kind !== "stale-service-rule") return [];
  const [, ip, port] = /^\[?([^\]]+)\]?:(\d+)$/.exec(stop.endpoint) ?? [];
  if (ip === undefined) return [];
  return [flow({ purpose: "pod-to-endpoint", from, to: { kind: "IP", ip }, protocol: "tcp", port: Number(port) })];
}
