import type { Missing } from "../../model/check.ts";
import { defineCheck, defineFinding, evidence, reads, refOf } from "../../model/define.ts";
import type { Facts } from "../../model/facts.ts";
import type { FlowResult } from "../../model/flow.ts";
import { failingFlows, groupBy } from "../../model/flow-outcome.ts";
import type { EndpointSlice, Pod, Service, ServicePort } from "../../model/kubernetes.ts";
import type { NodeState, Socket } from "../../model/node.ts";

export const serviceTargetPortClosed = defineFinding<{
  readonly port: number;
  readonly targetPort: number;
  readonly pod: string;
  readonly listens: readonly string[];
}>({
  id: "service-target-port-closed",
  severity: "error",
  what: ({ port, targetPort, listens }) =>
    `sends port ${port} to targetPort ${targetPort}, where no process of its Pods listens${listens.length === 0 ? "" : `; they listen on ${listens.join(", ")}`}`,
  why: () => "The Pods answer each connection with a reset, which clients see as connection refused.",
  next: ({ pod }, { namespace, name }) => [
    reads("kubectl", "-n", namespace, "get", "service", name, "-o", "jsonpath={.spec.ports}"),
    reads("kubectl", "-n", namespace, "get", "pod", pod, "-o", "jsonpath={.spec.containers[*].ports}"),
  ],
});
export const listeningOnLoopbackOnly = defineFinding<{
  readonly port: number;
  readonly targetPort: number;
  readonly pod: string;
}>({
  id: "listening-on-loopback-only",
  severity: "error",
  what: ({ targetPort, pod }) =>
    `sends to port ${targetPort} of Pod ${pod}, where the process listens on the loopback address only`,
  why: () =>
    "A socket on 127.0.0.1 takes connections from within its own Pod and refuses those that come over the network.",
  next: ({ pod }, { namespace }) => [
    reads(
      "kubectl",
      "-n",
      namespace,
      "get",
      "pod",
      pod,
      "-o",
      "jsonpath={.spec.containers[*].command} {.spec.containers[*].args}",
    ),
  ],
});

/** The sockets of every endpoint Pod, as its own network namespace lists them, against the port the Service sends to. */
export const serviceTargetPort = defineCheck({
  id: "service/target-port",
  question: "Does something listen where every Service sends its traffic?",
  needs: ["services", "endpointSlices", "pods", "nodeStates", "flows"],
  raises: [serviceTargetPortClosed, listeningOnLoopbackOnly],
  run(facts) {
    const targets = targetsOf(facts);
    const unread = targets.filter(({ sockets }) => sockets === null);
    const closed = targets.filter((target) => isClosed(target) && !answers(facts.flows, target));
    const failing = failingFlows(facts.flows);
    // The Pods of one Service share their fault: the first stands for all.
    const groups = groupBy(closed, ({ service, port }) => `${service.namespace}/${service.name} ${port}`);
    return {
      examined: targets.length - unread.length,
      findings: [...groups.values()]
        .flatMap((group) => group.slice(0, 1))
        .map((target) => closedFinding(target, facts.flows, failing)),
      missing: unread.slice(0, 20).map(
        ({ pod }): Missing => ({
          fact: `sockets of Pod ${pod.namespace}/${pod.name}`,
          reason: "not-collected",
          detail: `Node ${pod.node}`,
        }),
      ),
    };
  },
});

/** One port of one ready endpoint, and what its Pod's network namespace has open; null where that was not read. */
interface Target {
  readonly service: Service;
  readonly slice: EndpointSlice;
  readonly pod: Pod;
  readonly servicePort: ServicePort | undefined;
  readonly port: number;
  readonly protocol: string;
  readonly sockets: readonly Socket[] | null;
}
type Needed = Pick<Facts, "services" | "endpointSlices" | "pods" | "nodeStates">;

function targetsOf({ services, endpointSlices, pods, nodeStates }: Needed): readonly Target[] {
  const podsByName = new Map(pods.map((pod) => [`${pod.namespace}/${pod.name}`, pod]));
  const servicesByName = new Map(services.map((service) => [`${service.namespace}/${service.name}`, service]));
  return endpointSlices.flatMap((slice) => {
    const service = servicesByName.get(`${slice.namespace}/${slice.service}`);
    if (service === undefined || slice.family === "FQDN") return [];
    const endpoints = slice.endpoints
      .filter(({ ready }) => ready)
      .flatMap(({ target }) => podsByName.get(`${target?.namespace}/${target?.name}`) ?? []);
    return endpoints
      .filter(({ hostNetwork }) => !hostNetwork)
      .flatMap((pod) => {
        const sockets = socketsOf(nodeStates.get(pod.node), pod);
        return slice.ports.flatMap(({ port, protocol, name }): Target[] => {
          if (port === null || protocol === "SCTP") return [];
          const servicePort = service.ports.find(
            (candidate) => candidate.name === name && candidate.protocol === protocol,
          );
          return [{ service, slice, pod, servicePort, port, protocol: protocol.toLowerCase(), sockets }];
        });
      });
  });
}

const boundTo = ({ sockets, port, protocol }: Target): readonly Socket[] =>
  (sockets ?? []).filter((socket) => socket.protocol === protocol && socket.port === port);
const isClosed = (target: Target): boolean =>
  target.sockets !== null && boundTo(target).every(({ address }) => isLoopback(address));

/** A connection that came through settles it: a sidecar may redirect the port inside the Pod. */
function answers(flows: readonly FlowResult[], { pod, port, protocol }: Target): boolean {
  return flows.some(
    ({ flow, observed }) =>
      flow.port === port &&
      flow.protocol === protocol &&
      pod.ips.includes(flow.to.ip) &&
      observed.known &&
      observed.value.outcome === "ok",
  );
}
const isLoopback = (address: string): boolean => address.startsWith("127.") || address === "::1";

function socketsOf(state: NodeState | undefined, pod: Pod): readonly Socket[] | null {
  const netns = state?.netns.known ? state.netns.value.find(({ podUid }) => podUid === pod.uid) : undefined;
  return netns?.sockets.known ? netns.sockets.value : null;
}

function closedFinding(target: Target, flows: readonly FlowResult[], failing: ReadonlySet<string>) {
  const { service, slice, pod, servicePort, port } = target;
  const sockets = target.sockets ?? [];
  const bound = boundTo(target);
  const open = [
    ...new Set(
      sockets
        .filter(({ address }) => !isLoopback(address))
        .map((socket) => `${socket.protocol.toUpperCase()} ${socket.port}`),
    ),
  ].sort();
  const explains = flows.flatMap(({ flow }) => {
    const toService =
      flow.to.kind === "Service" &&
      flow.to.namespace === service.namespace &&
      flow.to.name === service.name &&
      flow.port === servicePort?.port;
    const toEndpoint =
      flow.to.kind === "Pod" &&
      flow.to.namespace === pod.namespace &&
      flow.port === port &&
      slice.endpoints.some(({ addresses }) => addresses.includes(flow.to.ip));
    return failing.has(flow.id) && (toService || toEndpoint) ? [flow.id] : [];
  });
  const where = `${pod.namespace}/${pod.name} sockets`;
  const seen = {
    // What listens is read from the kernel; only a refused probe makes it certain that nothing else answers (a redirect in the Pod, say).
    confidence: explains.length > 0 ? ("proven" as const) : ("inferred" as const),
    evidence: [
      evidence("api/endpointslices", `${slice.namespace}/${slice.name} ports`, `${port}`),
      evidence(
        `node/${pod.node}`,
        where,
        bound.length > 0
          ? bound.map((socket) => `${socket.address}:${socket.port}`).join(", ")
          : `nothing on ${port}; ${open.join(", ") || "no listening socket"}`,
      ),
    ],
    explains,
  };
  const ref = refOf("Service", service);
  return bound.length > 0
    ? listeningOnLoopbackOnly.at(ref, { port: servicePort?.port ?? port, targetPort: port, pod: pod.name }, seen)
    : serviceTargetPortClosed.at(
        ref,
        { port: servicePort?.port ?? port, targetPort: port, pod: pod.name, listens: open.slice(0, 5) },
        seen,
      );
}
