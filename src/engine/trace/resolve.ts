import type { FlowEnd } from "../../model/flow.ts";
import type { Node, Pod, Service } from "../../model/kubernetes.ts";
import { known, type Learned, unknown } from "../../model/learned.ts";
import { parseAddress } from "../../net/cidr.ts";
import { podEnd } from "../plan/draft.ts";
import type { TraceArgument } from "./argument.ts";
import { endpointsOf, type Inventory, podsOf } from "./inventory.ts";
import { didYouMean, nearMisses } from "./near-misses.ts";

export type Family = "IPv4" | "IPv6";

/** What an end of a trace stands for. */
export type Resolved =
  | { readonly kind: "ends"; readonly ends: readonly FlowEnd[]; readonly note: string | null }
  | { readonly kind: "service"; readonly service: Service; readonly ip: string; readonly family: Family }
  /** Only the cluster's DNS can tell. */
  | { readonly kind: "name"; readonly name: string };

/** A workload of many Pods is traced to a few of them: on different Nodes where it can be. */
const mostPods = 4;

/** Finds an argument among the objects; unknown with a sentence, near misses included, where there is no such thing. */
export function resolve(argument: TraceArgument, inventory: Inventory, family: Family | null): Learned<Resolved> {
  switch (argument.kind) {
    case "IP":
      return ofAddress(argument.ip, inventory, family);
    case "Node": {
      const node = inventory.nodes.find(({ name }) => name === argument.name);
      return node === undefined ? missing("Node", "", argument.name, inventory) : nodeEnds(node, family);
    }
    case "Pod":
      return ofPod(argument, inventory, family);
    case "Service": {
      const service = inventory.services.find(
        ({ namespace, name }) => namespace === argument.namespace && name === argument.name,
      );
      if (service === undefined) return missing("Service", argument.namespace, argument.name, inventory);
      return ofService(service, inventory, family);
    }
    default:
      return ofWorkload(argument, inventory, family);
  }
}

/** The same as a sender, which is one Pod, Node or address: of a Service or a workload it is a Pod that is ready. */
export function resolveSender(argument: TraceArgument, inventory: Inventory, family: Family | null): Learned<Resolved> {
  const found = resolve(argument, inventory, family);
  if (!found.known || found.value.kind === "name") return found;
  if (found.value.kind === "ends") {
    const [first, ...others] = found.value.ends;
    if (first === undefined) return unknown("failed", "it has no Pod that could send");
    const note = others.length === 0 ? null : `${describe(argument)}: sent from ${nameOf(first)}`;
    return known({ kind: "ends", ends: [first], note });
  }
  const { service } = found.value;
  const pod = endpointsOf(inventory, service, found.value.family).find((endpoint) => endpoint.pod !== null)?.pod;
  if (pod === undefined || pod === null)
    return unknown("failed", `Service ${service.namespace}/${service.name} has no ready Pod that could send`);
  return known({
    kind: "ends",
    ends: [podEnd(pod, addressOf(pod.ips, family))],
    note: `${describe(argument)}: sent from Pod ${pod.namespace}/${pod.name}, which is behind it`,
  });
}

function ofPod(
  argument: Extract<TraceArgument, { kind: "Pod" }>,
  inventory: Inventory,
  family: Family | null,
): Learned<Resolved> {
  const { namespace, name } = argument;
  const pod = inventory.pods.find((one) => one.namespace === namespace && one.name === name);
  if (pod !== undefined) return podEnds([pod], null, family);
  if (argument.orHost) return known({ kind: "name", name });
  return missing("Pod", namespace, name, inventory);
}

function ofWorkload(
  argument: Extract<TraceArgument, { kind: "Deployment" | "DaemonSet" | "StatefulSet" }>,
  inventory: Inventory,
  family: Family | null,
): Learned<Resolved> {
  const { kind, namespace, name } = argument;
  const workload = inventory.workloads.find(
    (one) => one.kind === kind && one.namespace === namespace && one.name === name,
  );
  if (workload === undefined) return missing(kind, namespace, name, inventory);
  const all = podsOf(inventory, workload).filter(({ phase }) => phase !== "Succeeded" && phase !== "Failed");
  if (all.length === 0) return unknown("failed", `${kind} ${namespace}/${name} has no Pod`);
  const firstOfNode = all.filter((pod, index) => all.findIndex(({ node }) => node === pod.node) === index);
  const chosen = [...new Set([...firstOfNode, ...all])].slice(0, mostPods);
  const note = chosen.length < all.length ? `${describe(argument)}: ${chosen.length} of ${all.length} Pods` : null;
  return podEnds(chosen, note, family);
}

function ofService(service: Service, inventory: Inventory, family: Family | null): Learned<Resolved> {
  const { namespace, name, type, headless, clusterIPs } = service;
  if (type === "ExternalName")
    return unknown("failed", `Service ${namespace}/${name} is an ExternalName: trace the name it stands for`);
  const addresses = clusterIPs.filter((ip) => ip !== "None" && ip !== "");
  if (headless || addresses.length === 0) {
    const ends = endpointsOf(inventory, service, family ?? "IPv4").map(
      ({ ip, pod }): FlowEnd => (pod === null ? { kind: "IP", ip } : podEnd(pod, ip)),
    );
    if (ends.length === 0)
      return unknown("failed", `Service ${namespace}/${name} is headless and has no ready endpoint`);
    return known({
      kind: "ends",
      ends: ends.slice(0, mostPods),
      note: `Service ${namespace}/${name} is headless: its endpoints`,
    });
  }
  const ip = addressOf(addresses, family);
  if (ip === "") return unknown("failed", `Service ${namespace}/${name} has no ${family} address`);
  return known({ kind: "service", service, ip, family: familyOf(ip) });
}

/** An address that belongs to an object stands for the object. */
function ofAddress(ip: string, inventory: Inventory, family: Family | null): Learned<Resolved> {
  if (family !== null && familyOf(ip) !== family) return unknown("failed", `${ip} is not an ${family} address`);
  const pod = inventory.pods.find(
    ({ ips, hostNetwork, phase }) => !hostNetwork && phase === "Running" && ips.includes(ip),
  );
  if (pod !== undefined) return known({ kind: "ends", ends: [podEnd(pod, ip)], note: null });
  const service = inventory.services.find(
    ({ clusterIPs, externalIPs }) => clusterIPs.includes(ip) || externalIPs.includes(ip),
  );
  if (service !== undefined) return known({ kind: "service", service, ip, family: familyOf(ip) });
  const node = inventory.nodes.find(({ internalIPs }) => internalIPs.includes(ip));
  const end: FlowEnd = node === undefined ? { kind: "IP", ip } : { kind: "Node", name: node.name, ip };
  return known({ kind: "ends", ends: [end], note: null });
}

function podEnds(pods: readonly Pod[], note: string | null, family: Family | null): Learned<Resolved> {
  return known({ kind: "ends", ends: pods.map((pod) => podEnd(pod, addressOf(pod.ips, family))), note });
}
function nodeEnds(node: Node, family: Family | null): Learned<Resolved> {
  const ip = addressOf(node.internalIPs, family);
  if (ip === "") return unknown("failed", `Node ${node.name} has no ${family ?? "internal"} address`);
  return known({ kind: "ends", ends: [{ kind: "Node", name: node.name, ip }], note: null });
}

/** The first address of the family; "" where there is none. */
export function addressOf(addresses: readonly string[], family: Family | null): string {
  return addresses.find((address) => family === null || familyOf(address) === family) ?? "";
}
export const familyOf = (address: string): Family => parseAddress(address)?.family ?? "IPv4";

function missing(kind: string, namespace: string, name: string, inventory: Inventory): Learned<never> {
  const where = namespace === "" ? "" : ` in namespace ${namespace}`;
  return unknown(
    "failed",
    `there is no ${kind} \`${name}\`${where}${didYouMean(nearMisses(inventory, namespace, name))}`,
  );
}

const describe = (argument: TraceArgument): string =>
  argument.kind === "IP"
    ? argument.ip
    : argument.kind === "Node"
      ? `Node ${argument.name}`
      : `${argument.kind} ${argument.namespace}/${argument.name}`;
const nameOf = (end: FlowEnd): string =>
  end.kind === "IP" ? end.ip : end.kind === "Node" ? `Node ${end.name}` : `${end.kind} ${end.namespace}/${end.name}`;
