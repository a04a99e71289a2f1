import type { Flow, FlowEnd, Protocol } from "../../model/flow.ts";
import type { Pod, Service } from "../../model/kubernetes.ts";
import type { NodeState } from "../../model/node.ts";
import type { TraceQuestion } from "../../model/trace.ts";
import { flow, podEnd, serviceEnd } from "../plan/draft.ts";
import { netnsOf } from "../plan/input.ts";
import type { TraceEnds } from "./ends.ts";
import { endpointsOf, type Inventory } from "./inventory.ts";
import { familyOf } from "./resolve.ts";

/** With no port named, more than these would be a port scan. */
const mostPorts = 4;
/** Endpoints of a Service that get a packet of their own; all of them are walked. */
const mostEndpoints = 5;

interface Port {
  readonly protocol: Protocol;
  readonly port: number | null;
}

/** The flows that answer a question: to each port and each target, and between two Pods one of the largest packets the sender's device takes. */
export function planTrace(
  question: TraceQuestion,
  ends: TraceEnds,
  states: ReadonlyMap<string, NodeState>,
): readonly Flow[] {
  const { from, target, inventory } = ends;
  if (target.kind === "name") return [];
  const flows =
    target.kind === "service"
      ? toService(question, from, target.service, target.ip, inventory)
      : target.ends.flatMap((to) => portsOf(question, to, inventory, states).map((port) => traced(from, to, port)));
  const pods = [...new Map(flows.map(({ to }) => [to.ip, to])).values()];
  const large = pods.flatMap((to) => largePackets(from, to, inventory, states));
  return [...new Map([...flows, ...large].map((each) => [each.id, each])).values()];
}

function traced(from: FlowEnd, to: FlowEnd, { protocol, port }: Port): Flow {
  const isDns = protocol === "udp" && port === 53;
  const dns = isDns ? ({ name: ".", type: "NS" } as const) : undefined;
  return flow({
    purpose: "trace",
    from,
    to,
    protocol,
    ...(port === null ? {} : { port }),
    ...(dns === undefined ? {} : { dns }),
  });
}

/** The Service's address, and each endpoint for itself: kube-proxy's choice hides the ones that fail. */
function toService(
  question: TraceQuestion,
  from: FlowEnd,
  service: Service,
  ip: string,
  inventory: Inventory,
): readonly Flow[] {
  const asked = service.ports.filter(
    ({ port, protocol }) =>
      (question.port === null || port === question.port) &&
      (question.protocol === null || protocol.toLowerCase() === question.protocol),
  );
  // What the Service does not have is asked for all the same: that it is refused or dropped is the answer.
  if (asked.length === 0) {
    const port = {
      protocol: question.protocol ?? ("tcp" as const),
      port: question.port ?? service.ports[0]?.port ?? null,
    };
    return [traced(from, serviceEnd(service, ip), port)];
  }
  // From outside, only what the Service offers there is the question.
  const endpoints = from.kind === "IP" ? [] : endpointsOf(inventory, service, familyOf(ip)).slice(0, mostEndpoints);
  return asked.slice(0, mostPorts).flatMap((servicePort) => {
    const protocol = protocolOf(servicePort.protocol);
    const direct = endpoints.flatMap((endpoint) => {
      const { port } =
        endpoint.ports.find((one) => one.name === servicePort.name && one.protocol === servicePort.protocol) ?? {};
      if (port === undefined || port === null) return [];
      const to: FlowEnd = endpoint.pod === null ? { kind: "IP", ip: endpoint.ip } : podEnd(endpoint.pod, endpoint.ip);
      return [traced(from, to, { protocol, port })];
    });
    return [traced(from, serviceEnd(service, ip), { protocol, port: servicePort.port }), ...direct];
  });
}

/** The port that was named; else what the Pod says that it serves, else what it listens on, else ICMP. */
function portsOf(
  question: TraceQuestion,
  to: FlowEnd,
  inventory: Inventory,
  states: ReadonlyMap<string, NodeState>,
): readonly Port[] {
  const { port, protocol } = question;
  if (protocol === "icmp") return [{ protocol, port: null }];
  if (port !== null) return [{ protocol: protocol ?? "tcp", port }];
  const pod = to.kind === "Pod" ? findPod(inventory, to) : undefined;
  const found = pod === undefined ? [] : declared(pod, protocol);
  if (found.length > 0) return found.slice(0, mostPorts);
  const listening = pod === undefined || pod.hostNetwork ? [] : listened(pod, states, protocol);
  return listening.length > 0 ? listening.slice(0, mostPorts) : [{ protocol: "icmp", port: null }];
}

function declared({ ports }: Pod, protocol: Protocol | null): readonly Port[] {
  return ports
    .map((one) => ({ protocol: protocolOf(one.protocol), port: one.port }))
    .filter((one) => protocol === null || one.protocol === protocol);
}

/** Sockets of the Pod's namespace that others can reach; UDP ones only where UDP was asked for, since clients have them too. */
function listened(pod: Pod, states: ReadonlyMap<string, NodeState>, protocol: Protocol | null): readonly Port[] {
  const sockets = netnsOf(states.get(pod.node), pod)?.sockets;
  if (sockets === undefined || !sockets.known) return [];
  const reachable = sockets.value.filter(
    (socket) => socket.protocol === (protocol ?? "tcp") && !/^127\.|^::1$/.test(socket.address),
  );
  return [...new Set(reachable.map(({ port }) => port))]
    .sort((a, b) => a - b)
    .map((port) => ({ protocol: protocol ?? "tcp", port }));
}

/** Only between Pods of their own address: there the network model promises that the sender's MTU fits. */
function largePackets(
  from: FlowEnd,
  to: FlowEnd,
  inventory: Inventory,
  states: ReadonlyMap<string, NodeState>,
): readonly Flow[] {
  if (from.kind !== "Pod" || to.kind !== "Pod" || from.hostNetwork || to.hostNetwork || from.ip === to.ip) return [];
  const pod = findPod(inventory, from);
  const links = pod === undefined ? undefined : netnsOf(states.get(pod.node), pod)?.links;
  if (links === undefined || !links.known) return [];
  const device = links.value.find(({ addresses }) => addresses.some(({ address }) => address === from.ip));
  if (device === undefined || to.ip === "") return [];
  return [flow({ purpose: "path-mtu", from, to, protocol: "icmp", packetBytes: device.mtuBytes })];
}

const findPod = ({ pods }: Inventory, end: { readonly namespace: string; readonly name: string }): Pod | undefined =>
  pods.find(({ namespace, name }) => namespace === end.namespace && name === end.name);

function protocolOf(protocol: "TCP" | "UDP" | "SCTP"): Protocol {
  return protocol === "TCP" ? "tcp" : protocol === "UDP" ? "udp" : "sctp";
}
