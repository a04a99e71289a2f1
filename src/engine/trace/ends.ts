import type { Snapshot } from "../../model/facts.ts";
import type { FlowEnd } from "../../model/flow.ts";
import { nodeOf } from "../../model/flow-end.ts";
import type { Service } from "../../model/kubernetes.ts";
import { known, type Learned, unknown } from "../../model/learned.ts";
import type { TraceQuestion } from "../../model/trace.ts";
import { parseArgument } from "./argument.ts";
import { unready } from "./end-state.ts";
import { endpointsOf, type Inventory, inventoryOf } from "./inventory.ts";
import { type Family, familyOf, type Resolved, resolve, resolveSender } from "./resolve.ts";
import { rangeOwner } from "./stranger.ts";

/** Both ends of a trace, found. */
export interface TraceEnds {
  readonly inventory: Inventory;
  readonly from: FlowEnd;
  readonly target: Exclude<Resolved, { readonly kind: "name" }> | UnresolvedName;
  readonly notes: readonly string[];
}
/** A host name that A's DNS has not been asked yet; `service` is what its spelling suggests. */
export interface UnresolvedName {
  readonly kind: "name";
  readonly name: string;
  readonly family: Family | null;
  readonly service: Service | null;
}

/** The address that a host name turned out to have; null before it was asked for. */
export interface NameAnswer {
  readonly name: string;
  readonly address: string;
}

/** Finds both ends among what the API showed. Unknown with a sentence for the person where an end is not there or cannot be used. */
export function findEnds(snapshot: Snapshot, question: TraceQuestion, answer: NameAnswer | null): Learned<TraceEnds> {
  const inventory = inventoryOf(snapshot, question.namespace);
  if (!inventory.known) return inventory;
  const target = findTarget(inventory.value, question, answer);
  if (!target.known) return target;
  const family = question.family ?? familyOfTarget(target.value);
  const argument = parseArgument(question.from, question.namespace);
  if (!argument.known) return argument;
  const sender = resolveSender(argument.value, inventory.value, family);
  if (!sender.known) return sender;
  if (sender.value.kind !== "ends") {
    return unknown(
      "failed",
      `a trace cannot start at the name \`${question.from}\`: give its address, a Pod or a Node`,
    );
  }
  const [from] = sender.value.ends;
  if (from === undefined) return unknown("failed", `\`${question.from}\` has no Pod that could send`);
  if (from.ip === "" && from.kind !== "Pod") return unknown("failed", `\`${question.from}\` has no address`);
  if (target.value.kind === "name" && from.kind !== "Pod") {
    const why = `the name \`${question.to}\` is looked up as a Pod would, and ${question.from} is none`;
    return unknown("failed", `${why}: give the address`);
  }
  const targetNote = target.value.kind === "ends" ? target.value.note : null;
  return known({
    inventory: inventory.value,
    from,
    target: target.value,
    notes: [
      ...new Set(
        [from, ...(target.value.kind === "ends" ? target.value.ends : [])].map((end) => unready(end, inventory.value)),
      ),
      sender.value.note,
      targetNote,
      answer === null ? null : `${answer.name} is ${answer.address}, by the DNS of ${question.from}`,
    ].filter((note) => note !== null),
  });
}

function findTarget(
  inventory: Inventory,
  question: TraceQuestion,
  answer: NameAnswer | null,
): Learned<TraceEnds["target"]> {
  const argument = parseArgument(question.to, question.namespace);
  if (!argument.known) return argument;
  const found = resolve(argument.value, inventory, question.family);
  if (!found.known || found.value.kind !== "name") return narrowed(found);
  const { name } = found.value;
  if (answer !== null && answer.name === name)
    return narrowed(resolve({ kind: "IP", ip: answer.address }, inventory, question.family));
  return known({ kind: "name", name, family: question.family, service: serviceNamed(inventory, name) });
}

function narrowed(found: Learned<Resolved>): Learned<TraceEnds["target"]> {
  if (!found.known) return found;
  return found.value.kind === "name" ? unknown("failed", `\`${found.value.name}\` is a name`) : known(found.value);
}

/** "web.shop", "web.shop.svc", "web.shop.svc.cluster.local": which Nodes will matter when the name is asked for. */
function serviceNamed({ services }: Inventory, asked: string): Service | null {
  const [name, namespace] = asked.split(".");
  return services.find((service) => service.name === name && service.namespace === namespace) ?? null;
}

function familyOfTarget(target: TraceEnds["target"]): Family | null {
  switch (target.kind) {
    case "service":
      return target.family;
    case "name":
      return target.family;
    case "ends": {
      const ip = target.ends[0]?.ip ?? "";
      return ip === "" ? null : familyOf(ip);
    }
  }
}

/** Endpoints beyond these are walked by what the API says and not by their Node's state. */
const mostEndpoints = 8;

/** The Nodes whose state the trace needs: of the sender, of the target, of the endpoints that a Service may choose. */
export function nodesConcerned({ from, target, inventory }: TraceEnds, port: number | null): readonly string[] {
  const family = from.ip === "" ? "IPv4" : familyOf(from.ip);
  const behind = (service: Service): readonly string[] =>
    endpointsOf(inventory, service, family)
      .slice(0, mostEndpoints)
      .map(({ node }) => node);
  const nodePorts = inventory.services.filter((service) =>
    service.ports.some(({ nodePort }) => nodePort !== null && nodePort === port),
  );
  const nodes =
    target.kind === "ends"
      ? [
          ...target.ends.map((end) => (end.kind === "IP" ? (rangeOwner(end, inventory)?.name ?? "") : nodeOf(end))),
          ...(target.ends.some(({ kind }) => kind === "Node") ? nodePorts.flatMap(behind) : []),
        ]
      : target.service === null
        ? []
        : behind(target.service);
  return [...new Set([nodeOf(from), ...nodes])].filter((node) => node !== "");
}

/** The UIDs of the Pods whose network namespaces are on the way; null where only looking into all of them tells. */
export function podsConcerned({ from, target, inventory }: TraceEnds, port: number | null): readonly string[] | null {
  const family = from.ip === "" ? "IPv4" : familyOf(from.ip);
  if (target.kind === "name") return null;
  const ends = target.kind === "ends" ? [from, ...target.ends] : [from];
  if (ends.some((end) => end.kind === "IP" || (end.kind === "Node" && port !== null))) return null;
  const uids = inventory.pods
    .filter((pod) => ends.some((end) => end.kind === "Pod" && end.namespace === pod.namespace && end.name === pod.name))
    .map(({ uid }) => uid);
  if (target.kind === "ends") return uids;
  const behind = endpointsOf(inventory, target.service, family).slice(0, mostEndpoints);
  const targets = behind.flatMap(({ pod }) => (pod === null ? [] : pod.uid));
  return targets.length < behind.length ? null : [...uids, ...targets];
}
