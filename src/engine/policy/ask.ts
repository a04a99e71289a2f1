import type { Captures } from "../../model/capture.ts";
import type { Snapshot } from "../../model/facts.ts";
import type { Flow, FlowEnd, Protocol } from "../../model/flow.ts";
import { known, type Learned, unknown } from "../../model/learned.ts";
import type { PolicyAnswer, PolicyReport } from "../../model/policy-report.ts";
import type { Connection } from "../../policy/end.ts";
import { type PolicyFacts, policyWorld } from "../../policy/world.ts";
import { readSnapshot } from "../../read/facts.ts";
import { parseArgument } from "../trace/argument.ts";
import { type Inventory, inventoryOf } from "../trace/inventory.ts";
import { type Resolved, resolve, resolveSender } from "../trace/resolve.ts";
import { answerFor, suggestion } from "./sides.ts";

export interface PolicyQuestion {
  readonly from: string;
  readonly to: string;
  /** Of names that stand without one. */
  readonly namespace: string;
  readonly port: number | null;
  readonly protocol: "tcp" | "udp" | "sctp" | "icmp" | null;
}

/** Ports asked about where the question names none: enough for what a Pod declares. */
const MOST_PORTS = 12;

/** What the NetworkPolicies in the captures say of two ends. Unknown with a sentence where an end is not there, or policies could not be read. */
export function askPolicies(captures: Captures, question: PolicyQuestion): Learned<PolicyReport> {
  const snapshot = readSnapshot(captures);
  const facts = policyFacts(snapshot);
  if (!facts.known) return facts;
  const inventory = inventoryOf(snapshot);
  if (!inventory.known) return inventory;
  const from = endOf(question.from, question, inventory.value, resolveSender);
  if (!from.known) return from;
  const to = endOf(question.to, question, inventory.value, resolve);
  if (!to.known) return to;
  const world = policyWorld(facts.value);
  const workloads = snapshot.workloads.known ? snapshot.workloads.value : [];
  const policies = facts.value.networkPolicies;
  const connections = (flows: readonly Asked[]) => distinct(flows.flatMap((flow) => world.connections(flow)));
  const there = connections(asked(from.value.ends, to.value.ends, question, inventory.value));
  if (there.length === 0)
    return unknown("failed", `nothing takes connections to \`${question.to}\`: no ready endpoint`);
  const pods = (ends: readonly FlowEnd[]): readonly FlowEnd[] => ends.filter(({ kind }) => kind === "Pod");
  const back = connections(
    asked(pods(to.value.ends), pods(from.value.ends), { ...question, port: null }, inventory.value),
  );
  const answers = there.map((connection) => answerFor(connection, "there", world, policies));
  const named = there.filter(({ port, protocol }) => port !== null || protocol === null);
  const { cni } = facts.value;
  return known({
    apiVersion: "netdoctor/v1",
    kind: "PolicyReport",
    verdict: verdictOf(answers),
    enforcement: { cni: cni.name, enforces: cni.enforcesNetworkPolicy },
    answers: [...answers, ...back.map((connection) => answerFor(connection, "back", world, policies))],
    change: suggestion(named.length > 0 ? named : there, world, workloads),
    notes: [from.value.note, to.value.note].filter((note) => note !== null),
  });
}

/** Services and endpoints may be missing: then only what leads to Services cannot be asked. */
export function policyFacts(snapshot: Snapshot): Learned<PolicyFacts> {
  const { networkPolicies, pods, nodes, services, endpointSlices, namespaces, cni } = snapshot;
  if (!networkPolicies.known) return networkPolicies;
  if (!pods.known) return pods;
  if (!cni.known) return cni;
  return known({
    networkPolicies: networkPolicies.value,
    pods: pods.value,
    cni: cni.value,
    nodes: nodes.known ? nodes.value : [],
    services: services.known ? services.value : [],
    endpointSlices: endpointSlices.known ? endpointSlices.value : [],
    namespaces: namespaces.known ? namespaces.value : null,
  });
}

interface Found {
  readonly ends: readonly FlowEnd[];
  readonly note: string | null;
}
function endOf(
  text: string,
  { namespace }: PolicyQuestion,
  inventory: Inventory,
  find: typeof resolve,
): Learned<Found> {
  const argument = parseArgument(text, namespace);
  if (!argument.known) return argument;
  const found = find(argument.value, inventory, null);
  return found.known ? ends(found.value, text) : found;
}
function ends(found: Resolved, text: string): Learned<Found> {
  if (found.kind === "ends") return known({ ends: found.ends, note: found.note });
  if (found.kind === "name")
    return unknown("failed", `\`${text}\` is a host name, and policies know addresses only: give the address`);
  const { namespace, name } = found.service;
  return known({ ends: [{ kind: "Service", namespace, name, ip: found.ip }], note: null });
}

type Asked = Pick<Flow, "from" | "to" | "protocol" | "port">;

function asked(
  senders: readonly FlowEnd[],
  targets: readonly FlowEnd[],
  { port, protocol }: Pick<PolicyQuestion, "port" | "protocol">,
  inventory: Inventory,
): readonly Asked[] {
  return senders.flatMap((from) =>
    targets.flatMap((to) => {
      if (protocol === "icmp") return [{ from, to, protocol, port: null }];
      if (port !== null) return [{ from, to, protocol: protocol ?? "tcp", port }];
      const offered = offeredBy(to, inventory).filter((each) => protocol === null || each.protocol === protocol);
      const rest = to.kind === "Service" ? [] : [{ protocol: protocol ?? ("tcp" as const), port: null }];
      return [...offered.slice(0, MOST_PORTS), ...rest].map((each) => ({ from, to, ...each }));
    }),
  );
}

const PROTOCOLS = { TCP: "tcp", UDP: "udp", SCTP: "sctp" } as const;

/** What the end says that it takes: the ports of a Pod's containers, or of a Service. */
function offeredBy(
  end: FlowEnd,
  { pods, services }: Inventory,
): readonly { protocol: Protocol; port: number | null }[] {
  if (end.kind !== "Pod" && end.kind !== "Service") return [];
  const objects = end.kind === "Pod" ? pods : services;
  const object = objects.find(({ namespace, name }) => namespace === end.namespace && name === end.name);
  return (object?.ports ?? []).map(({ protocol, port }) => ({ protocol: PROTOCOLS[protocol], port }));
}

function distinct(connections: readonly Connection[]): readonly Connection[] {
  const key = ({ from, to, protocol, port }: Connection): string => JSON.stringify([from, to, protocol, port]);
  return [...new Map(connections.map((connection) => [key(connection), connection])).values()];
}

/** Of what was asked: denied where one port or endpoint is, but the question that no port was given for is about the offered ones. */
function verdictOf(answers: readonly PolicyAnswer[]): PolicyReport["verdict"] {
  const named = answers.filter(({ other }) => !other);
  const verdicts = (named.length > 0 ? named : answers).map(({ verdict }) => verdict);
  if (verdicts.includes("denied")) return "denied";
  return verdicts.includes("unknown") ? "unknown" : "allowed";
}
