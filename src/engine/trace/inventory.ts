import type { Snapshot } from "../../model/facts.ts";
import type { EndpointSlice, Node, Pod, Service, Workload } from "../../model/kubernetes.ts";
import { known, type Learned } from "../../model/learned.ts";

/** The objects that a trace's ends are looked up in. */
export interface Inventory {
  /** The namespace of names that are typed without one. */
  readonly home: string;
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
  readonly workloads: readonly Workload[];
}

/** What the API showed; unknown where Nodes or Pods could not be listed, for then no end can be found. */
export function inventoryOf(snapshot: Snapshot, home = "default"): Learned<Inventory> {
  const { nodes, pods, services, endpointSlices, workloads } = snapshot;
  if (!nodes.known) return nodes;
  if (!pods.known) return pods;
  return known({
    home,
    nodes: nodes.value,
    pods: pods.value,
    services: services.known ? services.value : [],
    endpointSlices: endpointSlices.known ? endpointSlices.value : [],
    workloads: workloads.known ? workloads.value : [],
  });
}

/** The Pods that a workload's selector takes, ready ones first, then by name. */
export function podsOf({ pods }: Inventory, { namespace, selector }: Workload): readonly Pod[] {
  const labels = Object.entries(selector);
  return pods
    .filter(
      (pod) =>
        pod.namespace === namespace && labels.length > 0 && labels.every(([key, value]) => pod.labels[key] === value),
    )
    .toSorted((a, b) => Number(b.ready) - Number(a.ready) || (a.name < b.name ? -1 : 1));
}

/** A Service's endpoints of one family that take traffic: ready ones, or where there is none, those that still serve (KEP-1669). */
export function endpointsOf(
  { endpointSlices, pods }: Inventory,
  { namespace, name }: Service,
  family: "IPv4" | "IPv6",
): readonly {
  readonly ip: string;
  readonly pod: Pod | null;
  readonly node: string;
  readonly ports: EndpointSlice["ports"];
}[] {
  const slices = endpointSlices.filter(
    (slice) => slice.namespace === namespace && slice.service === name && slice.family === family,
  );
  const all = slices.flatMap(({ endpoints, ports }) => endpoints.map((endpoint) => ({ endpoint, ports })));
  const ready = all.filter(({ endpoint }) => endpoint.ready);
  const usable = ready.length > 0 ? ready : all.filter(({ endpoint }) => endpoint.serving && endpoint.terminating);
  return usable.flatMap(({ endpoint, ports }) => {
    const { target, node } = endpoint;
    const pod = pods.find((one) => one.namespace === target?.namespace && one.name === target.name) ?? null;
    return endpoint.addresses.slice(0, 1).map((ip) => ({ ip, pod, node: pod?.node ?? node, ports }));
  });
}
