import type { Flow, FlowEnd } from "../../model/flow.ts";
import type { Pod, Service } from "../../model/kubernetes.ts";
import { flow, podEnd, serviceEnd } from "./draft.ts";
import { type PlanInput, planLimits, serves } from "./input.ts";

/** Each Service from one Node in turn, with every endpoint behind it; the API server's and the run's own from every Node. */
export function services(input: PlanInput, sources: readonly Pod[]): Flow[] {
  if (sources.length === 0) return [];
  const anyServes = sources.some((pod) => serves(input, pod));
  const everywhere = [
    ...input.services.filter(isApiServer),
    ...input.ownServices.filter(({ name }) => name === "probe" && anyServes),
    // What a Node keeps to itself is another matter on every Node.
    ...input.services.filter((service) => isLocal(service) && !isApiServer(service)).slice(0, planLimits.localServices),
  ];
  const others = input.services
    .filter((service) => !isApiServer(service) && !isLocal(service))
    .slice(0, planLimits.services);
  return [
    ...everywhere.flatMap((service) => sources.flatMap((from) => serviceFlows(input, service, from))),
    ...others.flatMap((service, index) => serviceFlows(input, service, sources[index % sources.length])),
  ];
}
export const isApiServer = (service: Service): boolean =>
  service.namespace === "default" && service.name === "kubernetes";

const isLocal = ({ internalTrafficPolicy }: Service): boolean => internalTrafficPolicy === "Local";

function serviceFlows(input: PlanInput, service: Service, from: Pod | undefined): Flow[] {
  const address = service.clusterIPs[0];
  if (from === undefined || service.type === "ExternalName") return [];
  const source = podEnd(from);
  const toService =
    address === undefined || service.headless
      ? []
      : service.ports
          .filter(({ protocol }) => protocol === "TCP")
          .map((port) =>
            flow({
              purpose: isApiServer(service) ? "api-server" : "pod-to-service",
              from: source,
              to: serviceEnd(service, address),
              protocol: "tcp",
              port: port.port,
            }),
          );
  return [...toService, ...endpointFlows(input, service, source)];
}

function endpointFlows(input: PlanInput, service: Service, from: FlowEnd): Flow[] {
  const slices = input.endpointSlices.filter(
    (slice) => slice.namespace === service.namespace && slice.service === service.name && slice.family === "IPv4",
  );
  const ends = slices.flatMap((slice) =>
    slice.endpoints
      .filter(({ ready }) => ready)
      .flatMap((endpoint) =>
        slice.ports.flatMap(({ port, protocol }) =>
          port === null || protocol !== "TCP" ? [] : endpoint.addresses.map((ip) => ({ ip, port, endpoint })),
        ),
      ),
  );
  return ends.slice(0, planLimits.endpointsPerService).flatMap(({ ip, port, endpoint }) => {
    const pod = [...input.pods, ...input.probePods.values()].find(
      (candidate) => candidate.namespace === endpoint.target?.namespace && candidate.name === endpoint.target.name,
    );
    if (pod !== undefined && input.probePods.get(pod.node) === pod && !serves(input, pod)) return [];
    const to: FlowEnd = pod === undefined ? { kind: "IP", ip } : podEnd(pod, ip);
    return [
      flow({ purpose: isApiServer(service) ? "api-server" : "pod-to-endpoint", from, to, protocol: "tcp", port }),
    ];
  });
}

/** Every Node's port from a Pod of another Node and from another Node itself. */
export function nodePorts(input: PlanInput, sources: readonly Pod[]): Flow[] {
  const open = input.services
    .filter(({ externalTrafficPolicy }) => externalTrafficPolicy === "Cluster")
    .flatMap((service) =>
      service.ports.filter(({ nodePort, protocol }) => nodePort !== null && protocol === "TCP").slice(0, 1),
    )
    .slice(0, planLimits.nodePortServices);
  return input.nodes.flatMap((node, index) => {
    const ip = node.internalIPs[0];
    const pod = sources[(index + 1) % Math.max(sources.length, 1)];
    const peer = input.nodes[(index + 1) % input.nodes.length];
    const peerIp = peer?.internalIPs[0];
    if (ip === undefined) return [];
    const to: FlowEnd = { kind: "Node", name: node.name, ip };
    return open.flatMap(({ nodePort }) => [
      ...(pod === undefined
        ? []
        : [flow({ purpose: "node-port", from: podEnd(pod), to, protocol: "tcp", port: nodePort ?? 0 })]),
      ...(peer === undefined || peerIp === undefined || peer === node || !input.nodeStates.has(peer.name)
        ? []
        : [
            flow({
              purpose: "node-port",
              from: { kind: "Node", name: peer.name, ip: peerIp },
              to,
              protocol: "tcp",
              port: nodePort ?? 0,
            }),
          ]),
    ]);
  });
}
