import type { FailingEnds } from "../model/failing-ends.ts";
import type { FlowResult, ProbeOutcome } from "../model/flow.ts";
import { succeeded } from "../model/flow-outcome.ts";
import type { Stretch } from "./stretch.ts";

/** What the shape of the failures leaves possible, the nearest first. Nothing that the shape rules out is named. */
export function suspects(
  group: readonly FlowResult[],
  flows: readonly FlowResult[],
  ends: FailingEnds,
  stretch: Stretch | null,
): readonly string[] {
  const outcomes = new Set(group.flatMap(({ observed }) => (observed.known ? [observed.value.outcome] : [])));
  return [
    ...suspectPrograms(group, flows),
    ...ofService(group, outcomes, ends),
    ...ofOutcomes(outcomes),
    ...ofSilence(outcomes, ends, stretch),
  ];
}

const said: readonly (readonly [readonly ProbeOutcome[], string])[] = [
  [["refused"], "nothing that listens on that port"],
  [["refused"], "a firewall that rejects"],
  [["prohibited"], "a firewall that answers with ICMP administratively prohibited"],
  [["no-route"], "an address that nobody has there (no answer to ARP or neighbour solicitation)"],
  [["no-route"], "a route that refuses"],
  [["no-network"], "a missing route in the sender's own network namespace"],
  [["reset", "tls-error"], "a proxy or firewall that ends connections"],
  [["lost-large", "too-big"], "a device or link on the way with a smaller MTU, of which no ICMP comes back"],
  [["servfail"], "the upstream DNS servers"],
  [["nxdomain", "no-data"], "a DNS server that does not know the cluster's names"],
  [["query-refused"], "a DNS server that does not answer these clients"],
];
function ofOutcomes(outcomes: ReadonlySet<ProbeOutcome>): readonly string[] {
  return said.filter(([of]) => of.some((outcome) => outcomes.has(outcome))).map(([, text]) => text);
}

/** kube-proxy rejects connections to a Service without endpoints, and without rules of it nobody answers. */
function ofService(
  group: readonly FlowResult[],
  outcomes: ReadonlySet<ProbeOutcome>,
  { service, node }: FailingEnds,
): readonly string[] {
  if (service === null && !group.every(({ flow }) => flow.to.kind === "Service")) return [];
  const rules = `kube-proxy's rules for ${service === null ? "Services" : "the Service"}${node === null ? "" : ` on ${node}`}`;
  return [
    ...(outcomes.has("refused") && service !== null ? ["kube-proxy, for want of ready endpoints"] : []),
    ...(outcomes.has("timeout") ? [`${rules}, or what should translate its answers back`] : []),
  ];
}

/** Who swallows a packet without a word, by where it goes. */
function ofSilence(outcomes: ReadonlySet<ProbeOutcome>, ends: FailingEnds, stretch: Stretch | null): readonly string[] {
  if (!outcomes.has("timeout")) return [];
  const crosses = stretch === null || stretch.text === "" ? ends.crossing !== "none" : stretch.crossing;
  const within = stretch !== null && stretch.text !== "" && !stretch.crossing;
  const where = within && stretch.node !== "" ? ` on ${stretch.node}` : ends.node === null ? "" : ` on ${ends.node}`;
  return [
    ...(crosses ? ["the network between the Nodes (security group, switch, underlay firewall)"] : []),
    ...(ends.pod === null ? [] : [`what is in that Pod's own network namespace or on its veth`]),
    `an eBPF program or a policy of the CNI's own kind${where}, which this version does not evaluate`,
  ];
}

/** Devices with programs that most of these flows pass and no flow that succeeds does: where a CNI uses them everywhere, none is suspect. */
function suspectPrograms(group: readonly FlowResult[], flows: readonly FlowResult[]): readonly string[] {
  const cleared = new Set(flows.filter(passes).flatMap(programsOf));
  const passed = group.map((result) => new Set(programsOf(result)));
  const devices = [...new Set(passed.flatMap((set) => [...set]))].filter(
    (device) => !cleared.has(device) && passed.filter((set) => set.has(device)).length * 2 > group.length,
  );
  return devices.length === 0 ? [] : [`the programs attached by tc to ${devices.slice(0, 3).join(", ")}`];
}

const programsOf = ({ predicted }: FlowResult): readonly string[] =>
  predicted.flatMap(({ programs = [] }) =>
    programs.map(({ node, device, qdisc }) => `\`${device}\` of Node ${node} (${qdisc})`),
  );
const passes = ({ flow, observed }: FlowResult): boolean => observed.known && succeeded(flow, observed.value);
