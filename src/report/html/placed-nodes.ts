import type { FlowEnd, FlowResult, Hop } from "../../model/flow.ts";
import type { Report, ReportedFinding } from "../../model/report.ts";

export interface PlacedPod {
  /** "shop/cart-0" */
  readonly name: string;
  readonly ip: string;
  /** The Node's side of its veth pair; "" where no walk crossed it. */
  readonly device: string;
  readonly findings: readonly number[];
}
/** A Node as the picture shows it: what flows and the CNI page say about it. Numbers are places in the report's findings. */
export interface PlacedNode {
  readonly name: string;
  readonly pods: readonly PlacedPod[];
  readonly bridge: string;
  readonly uplink: string;
  readonly tunnel: { readonly device: string; readonly port: number | null } | null;
  readonly podMtuBytes: number | null;
  readonly uplinkMtuBytes: number | null;
  readonly findings: readonly number[];
}

/** Every Node of the report, those with findings first, and the findings that have no place on one. */
export function placeNodes(report: Report): {
  readonly nodes: readonly PlacedNode[];
  readonly elsewhere: readonly number[];
} {
  const pods = podsByNode(report.flows);
  const devices = devicesSeen(report.flows);
  const placed = report.findings.map((finding) => placesOf(finding));
  const cni = new Map((report.cluster.cni?.nodes ?? []).map((node) => [node.node, node]));
  const nodes = report.cluster.nodes.map((name): PlacedNode => {
    const of = cni.get(name);
    const here = [...(pods.get(name)?.values() ?? [])];
    return {
      name,
      pods: here.map((pod) => ({
        name: `${pod.namespace}/${pod.name}`,
        ip: pod.ip,
        device: devices.veth.get(`${name} ${pod.namespace}/${pod.name}`) ?? "",
        findings: numbersAt(placed, `Pod ${pod.namespace}/${pod.name}`),
      })),
      bridge: devices.bridge.get(name) ?? "",
      uplink: devices.uplink.get(name) ?? "",
      tunnel: of === undefined || of.tunnelDevice === null ? null : { device: of.tunnelDevice, port: of.tunnelPort },
      podMtuBytes: of?.podMtuBytes ?? null,
      uplinkMtuBytes: of?.uplinkMtuBytes ?? null,
      findings: numbersAt(placed, `Node ${name}`),
    };
  });
  const shown = new Set(nodes.flatMap((node) => [...node.findings, ...node.pods.flatMap(({ findings }) => findings)]));
  const rank = (node: PlacedNode): number =>
    node.findings.length > 0 || node.pods.some(({ findings }) => findings.length > 0) ? 0 : 1;
  return {
    nodes: [...nodes].sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1)),
    elsewhere: report.findings.flatMap((_, index) => (shown.has(index) ? [] : [index])),
  };
}

const numbersAt = (placed: readonly ReadonlySet<string>[], place: string): readonly number[] =>
  placed.flatMap((places, index) => (places.has(place) ? [index] : []));

/** A finding stands at its subject; one about something that has no place in the picture at the Nodes whose captures prove it. */
function placesOf({ subject, evidence }: ReportedFinding): ReadonlySet<string> {
  if (subject.kind === "Node") return new Set([`Node ${subject.name}`]);
  const nodes = evidence
    .flatMap(({ source }) => /^node\/([^/]+)\//.exec(source)?.[1] ?? [])
    .map((name) => `Node ${name}`);
  return new Set(subject.kind === "Pod" ? [`Pod ${subject.namespace}/${subject.name}`, ...nodes] : nodes);
}

type Pod = Extract<FlowEnd, { readonly kind: "Pod" }>;

function podsByNode(flows: readonly FlowResult[]): ReadonlyMap<string, ReadonlyMap<string, Pod>> {
  const byNode = new Map<string, Map<string, Pod>>();
  for (const { flow } of flows) {
    for (const end of [flow.from, flow.to]) {
      if (end.kind !== "Pod" || end.hostNetwork) continue;
      const here = byNode.get(end.node) ?? new Map<string, Pod>();
      byNode.set(end.node, here.set(`${end.namespace}/${end.name}`, end));
    }
  }
  return byNode;
}

interface Devices {
  readonly veth: Map<string, string>;
  readonly bridge: Map<string, string>;
  readonly uplink: Map<string, string>;
}

/** Which device is what, by its place on the walks: a Node's last device before a Pod, the one before that, the last before the wire. */
function devicesSeen(flows: readonly FlowResult[]): Devices {
  const devices: Devices = { veth: new Map(), bridge: new Map(), uplink: new Map() };
  for (const { flow, predicted } of flows) {
    for (const { hops } of predicted) {
      for (const [index, hop] of hops.entries()) note(devices, hop, hops[index + 1], hops[index - 1], flow.to);
    }
  }
  return devices;
}

function note(devices: Devices, hop: Hop, next: Hop | undefined, before: Hop | undefined, to: FlowEnd): void {
  if (hop.where !== "node" || next === undefined || hop.device === "") return;
  if (next.where === "wire") devices.uplink.set(hop.node, hop.device);
  if (next.where !== "pod" || next.node !== hop.node) return;
  const pod = next.pod ?? (to.kind === "Pod" && to.node === hop.node ? `${to.namespace}/${to.name}` : null);
  if (pod !== null) devices.veth.set(`${hop.node} ${pod}`, hop.device);
  if (before?.where === "node" && before.device !== hop.device) devices.bridge.set(hop.node, before.device);
}
