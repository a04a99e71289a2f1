import type { Evidence } from "../model/finding.ts";
import type { Flow } from "../model/flow.ts";
import type { Endpoint, Service, ServicePort } from "../model/kubernetes.ts";
import type { Address } from "../net/cidr.ts";
import { addressKey, parseHost, parseSocketAddress } from "./address.ts";
import { socketText } from "./netfilter/nft-translations.ts";
import { type ServiceRules, serviceRules } from "./service-rules.ts";
import { type Position, type ServicePlan, stopped, unknownAt } from "./trace.ts";
import type { World } from "./world.ts";

/** What a flow's destination stands for: itself, or one of the endpoints that a Service may choose. */
type Plans =
  | { readonly kind: "direct" }
  | { readonly kind: "service"; readonly plans: readonly ServicePlan[] }
  | { readonly kind: "ended"; readonly end: Position };

const MOST_ENDPOINTS = 32;

/** Resolves a flow's destination against the API's Services and EndpointSlices, and what the Node's rules make of them. */
export function planFlow(world: World, flow: Flow, destination: Address, node: string): Plans {
  const found = findService(world, flow, destination);
  if (found === null) {
    if (flow.to.kind !== "Service") return { kind: "direct" };
    const name = `${flow.to.namespace}/${flow.to.name}`;
    return {
      kind: "ended",
      end: unknownAt(`Service ${name} has no port ${flow.port ?? "-"}/${flow.protocol} on ${flow.to.ip}`),
    };
  }
  const { service, port, nodePort } = found;
  const name = `${service.namespace}/${service.name}`;
  const key = { address: destination, port: flow.port ?? 0, protocol: flow.protocol, nodePort };
  const translator = nodePort ? (world.nodeAddresses.get(destination.text)?.[0]?.netns.node ?? node) : node;
  const netns = world.nodeNetns.get(translator);
  const rules: ServiceRules =
    netns === undefined ? { state: "unread", endpoints: new Set(), evidence: [] } : serviceRules(netns, key);
  const ready = usableEndpoints(world, found, destination.family, translator);
  if (ready.length === 0 && rules.endpoints.size === 0) return { kind: "ended", end: noEndpoint(world, service, port) };
  // The Node's rules decide: they may be behind the API, or leave out endpoints of other zones.
  const chosen = rules.endpoints.size > 0 ? [...rules.endpoints] : ready;
  const plans = chosen.slice(0, MOST_ENDPOINTS).flatMap((endpoint) => {
    const socket = parseSocketAddress(endpoint);
    if (socket === null) return [];
    const { address: endpointAddress, port: endpointPort } = socket;
    const stale = isKnown(world, name, endpointAddress) ? null : { node: translator, evidence: rules.evidence };
    const plan = { service: name, address: destination, port: key.port, endpoint, endpointAddress, nodePort, stale };
    return [{ ...plan, endpointPort: endpointPort ?? key.port }];
  });
  return { kind: "service", plans };
}

/** Whether the API has the address among the Service's endpoints, in whatever state; without any slice nothing is known of them. */
function isKnown(world: World, service: string, address: Address): boolean {
  const slices = world.slicesByService.get(service) ?? [];
  if (slices.length === 0) return true;
  return slices.some(({ endpoints }) =>
    endpoints.some(({ addresses }) => addresses.some((one) => addressKey(one) === address.text)),
  );
}

interface FoundService {
  readonly service: Service;
  readonly port: ServicePort;
  readonly nodePort: boolean;
}

function findService(world: World, flow: Flow, destination: Address): FoundService | null {
  const { to } = flow;
  const sameProtocol = ({ protocol }: ServicePort): boolean => protocol.toLowerCase() === flow.protocol;
  const named =
    to.kind === "Service" ? (one: Service) => one.namespace === to.namespace && one.name === to.name : () => true;
  for (const service of world.servicesByAddress.get(destination.text) ?? []) {
    const port = service.ports.find((one) => one.port === flow.port && sameProtocol(one));
    if (port !== undefined && named(service)) return { service, port, nodePort: false };
  }
  const ownsAddress = world.nodeAddresses.has(destination.text) || to.kind === "Node";
  if (flow.port === null || !ownsAddress) return null;
  for (const service of world.servicesByNodePort.get(flow.port) ?? []) {
    const port = service.ports.find((one) => one.nodePort === flow.port && sameProtocol(one));
    if (port !== undefined) return { service, port, nodePort: true };
  }
  return null;
}

/** KEP-1669: ready endpoints; where there is none, those that are serving while they terminate. */
function usableEndpoints(
  world: World,
  { service, port, nodePort }: FoundService,
  family: Address["family"],
  node: string,
): readonly string[] {
  const all = endpointsOf(world, service, port, family);
  // externalTrafficPolicy does not hold for clients in the cluster; what it means for the others, the Node's rules say.
  const local =
    service.internalTrafficPolicy === "Local" && !nodePort ? all.filter(({ endpoint }) => endpoint.node === node) : all;
  const ready = local.filter(({ endpoint }) => endpoint.ready);
  const usable = ready.length > 0 ? ready : local.filter(({ endpoint }) => endpoint.serving && endpoint.terminating);
  return [...new Set(usable.map(({ socket }) => socket))];
}

function endpointsOf(
  world: World,
  service: Service,
  port: ServicePort,
  family: Address["family"],
): readonly { readonly endpoint: Endpoint; readonly socket: string }[] {
  const slices = world.slicesByService.get(`${service.namespace}/${service.name}`) ?? [];
  return slices
    .filter((slice) => slice.family === family)
    .flatMap(({ endpoints, ports }) => {
      const target = ports.find(({ name, protocol }) => name === port.name && protocol === port.protocol)?.port;
      if (target === undefined || target === null) return [];
      return endpoints.flatMap((endpoint) =>
        endpoint.addresses.slice(0, 1).flatMap((address) => {
          const host = parseHost(address);
          return host === null ? [] : [{ endpoint, socket: socketText(addressKey(address), target) }];
        }),
      );
    });
}

function noEndpoint(world: World, service: Service, port: ServicePort): Position {
  const name = `${service.namespace}/${service.name}`;
  const slices = world.slicesByService.get(name) ?? [];
  const total = slices.reduce((sum, { endpoints }) => sum + endpoints.length, 0);
  const local = service.internalTrafficPolicy === "Local" ? " on this Node (internalTrafficPolicy: Local)" : "";
  const evidence: Evidence = {
    source: "api/endpointslices",
    where: `Service ${name} port ${port.name === "" ? port.port : port.name}`,
    value: `${total} endpoints, none of them ready${local}`,
  };
  return stopped({ kind: "no-endpoint", service: name }, [evidence]);
}
