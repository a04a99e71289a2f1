import type { Evidence } from "../../model/finding.ts";
import type { Stop } from "../../model/flow.ts";
import type { IptablesRuleset, IptablesTable, NftChain, NftTable } from "../../model/node.ts";
import { addressKey } from "../address.ts";
import { connectionOf } from "../connection.ts";
import { describeNetns, hasAddress, type Netns } from "../netns.ts";
import { describeEnd, type Packet } from "../packet.ts";
import { type Connection, type Doubt, doubt, hop, type Stopped, stopped, type Trace } from "../trace.ts";
import type { HookContext, HookName } from "./context.ts";
import { frameHooks, mayDropFrames } from "./frame-hooks.ts";
import { runIptables, tablePriority, unreadableTables } from "./iptables.ts";
import { runNftables } from "./nftables.ts";
import { reverseTranslation } from "./translation.ts";
import type { ChainOutcome, RuleRef } from "./verdict.ts";

/** How a packet came through a hook. */
type HookResult = { readonly at: "passes"; readonly packet: Packet } | Stopped;

interface Step {
  readonly priority: number;
  readonly translates: boolean;
  readonly run: (packet: Packet) => ChainOutcome;
  readonly place: Place;
}
interface Place {
  readonly backend: "iptables" | "nftables";
  readonly capture: string;
  readonly table: string;
}

interface HookOptions {
  /** A drop only counts if bridged packets pass the rules at all, which is not known. */
  readonly onlyPerhaps?: boolean;
  /** The packet's translation was already decided (it comes back over the loopback device). */
  readonly translated?: boolean;
}

const NAT_HOOKS = new Map<HookName, number>([
  ["PREROUTING", -100],
  ["OUTPUT", -100],
  ["INPUT", 100],
  ["POSTROUTING", 100],
]);

/**
 * Runs a packet through every base chain of a hook by priority, whichever program made it: iptables-legacy, iptables-nft and nft tables.
 * An accept ends one chain only; a drop ends the packet (nft(8), "chains").
 */
export function runHook(trace: Trace, context: HookContext, packet: Packet, options: HookOptions = {}): HookResult {
  const connection = connectionOf(trace, context.netns, packet);
  let current = connection !== null ? withConnection(packet, connection) : packet;
  const natPriority = NAT_HOOKS.get(context.hook) ?? null;
  let reversed = packet.state === "new" || natPriority === null;
  for (const step of stepsOf(trace, context, current)) {
    if (!reversed && natPriority !== null && step.priority > natPriority) {
      current = reverseTranslation(current, connection, context.hook);
      reversed = true;
    }
    if (step.translates && skipsTranslation(current, options)) continue;
    const outcome = step.run(current);
    noteDoubts(trace, context.netns, step.place, outcome);
    for (const action of outcome.actions) hop(trace, context.netns, context.outputDevice ?? "", action);
    const drop = outcome.verdict === "accept" ? null : dropped(trace, context, step.place, outcome, current, options);
    if (drop !== null) return drop;
    noteTranslation(trace, context, step.place, current, outcome);
    current = outcome.packet;
  }
  return { at: "passes", packet: reversed ? current : reverseTranslation(current, connection, context.hook) };
}

function dropped(
  trace: Trace,
  context: HookContext,
  place: Place,
  { by, verdict }: ChainOutcome,
  packet: Packet,
  options: HookOptions,
): Stopped | null {
  if (by === null) return null;
  if (options.onlyPerhaps !== true) {
    return stopped(dropStop(context, place, verdict === "reject", by, packet), [dropEvidence(place, by)]);
  }
  const unsaid = `whether bridged packets of Node ${context.netns.node} pass its rules was not read`;
  doubt(trace, "may-stop", `${unsaid}, and ${ruleName(place, by)} would drop this one`);
  return null;
}

/** Remembers which rule gave the packet another source, and which sent a Service's packet to where the Service is not. */
function noteTranslation(
  trace: Trace,
  context: HookContext,
  place: Place,
  before: Packet,
  outcome: ChainOutcome,
): void {
  const { packet, translatedBy: by } = outcome;
  if (by === null || before.state !== "new" || before.inner !== null) return;
  const { node } = context.netns;
  const evidence = dropEvidence(place, by);
  if (packet.source.text !== before.source.text) {
    trace.sourceTranslated = { node, from: before.source.text, to: packet.source.text, evidence };
  }
  // What a Pod takes itself, it means to (a sidecar); whether that listens is seen at its socket.
  const taken = context.netns.pod !== null && hasAddress(context.netns, packet.destination) === true;
  if (by.number !== null && !taken && isRedirected(trace, before, packet) && trace.plan !== null) {
    const { service, address, port } = trace.plan;
    const to = describeEnd(packet);
    const rule = { table: place.table, chain: by.chain, rule: by.number, text: by.text };
    const stop = { kind: "service-redirected", node, service, address: address.text, port, to, ...rule } as const;
    trace.redirected = stopped(stop, [evidence]);
  }
}

/** kube-proxy's own rules lead to the endpoint that the walk has chosen, and to no other address. */
function isRedirected({ plan, world }: Trace, before: Packet, after: Packet): boolean {
  if (plan === null || before.destination.text !== plan.address.text) return false;
  if (before.destinationPorts?.first !== plan.port || after.destination.text === before.destination.text) return false;
  const slices = world.slicesByService.get(plan.service) ?? [];
  const endpoints = slices.flatMap(({ endpoints: all }) => all.flatMap(({ addresses }) => addresses));
  return ![...endpoints.map(addressKey), plan.endpointAddress.text].includes(after.destination.text);
}

function withConnection(packet: Packet, { before, after, connmark }: Connection): Packet {
  return {
    ...packet,
    connmark,
    destinationTranslated: before.destination.text !== after.destination.text,
    sourceTranslated: before.source.text !== after.source.text,
  };
}

/** Only the first packet of a tracked connection looks at nat chains; the others follow what it got. */
function skipsTranslation(packet: Packet, options: HookOptions): boolean {
  return packet.state === "reply" || packet.untracked || options.translated === true;
}

function stepsOf(trace: Trace, context: HookContext, packet: Packet): readonly Step[] {
  const { netns } = context;
  const family = packet.source.family;
  const steps: Step[] = [];
  if (!netns.iptables.known) unread(trace, netns, "iptables rules", netns.iptables.detail);
  for (const ruleset of netns.iptables.known ? netns.iptables.value : []) {
    if (ruleset.family === family) steps.push(...iptablesSteps(trace, ruleset, context));
  }
  if (!netns.nftables.known) unread(trace, netns, "nftables rules", netns.nftables.detail);
  for (const table of netns.nftables.known ? netns.nftables.value.tables : []) {
    steps.push(...nftablesSteps(trace, table, context, family === "IPv4" ? "ip" : "ip6"));
  }
  return steps.toSorted((a, b) => a.priority - b.priority);
}

function unread(trace: Trace, netns: Netns, what: string, detail: string): void {
  doubt(trace, "may-stop", `the ${what} of ${describeNetns(netns)} could not be read: ${detail}`);
}

function iptablesSteps(trace: Trace, ruleset: IptablesRuleset, context: HookContext): readonly Step[] {
  for (const table of unreadableTables(ruleset)) {
    unread(trace, context.netns, `table ${table}`, "iptables-save could not print it");
  }
  return [...ruleset.tables.values()].flatMap((table: IptablesTable) => {
    const priority = tablePriority(table.name, context.hook);
    if (priority === null || !table.chains.has(context.hook)) return [];
    const place: Place = { backend: "iptables", capture: ruleset.capture, table: table.name };
    const run = (packet: Packet): ChainOutcome => runIptables(table, packet, context, priority);
    return [{ priority, translates: table.name === "nat", run, place }];
  });
}

const baseChains = new WeakMap<NftTable, readonly NftChain[]>();

function baseChainsOf(table: NftTable): readonly NftChain[] {
  const known = baseChains.get(table) ?? table.chains.filter(({ hook }) => hook !== null);
  baseChains.set(table, known);
  return known;
}

function nftablesSteps(trace: Trace, table: NftTable, context: HookContext, family: string): readonly Step[] {
  const hooks = frameHooks(table, context);
  if (hooks !== null && mayDropFrames(table, hooks)) {
    doubt(
      trace,
      "may-stop",
      `the nftables table ${table.family} ${table.name} of ${describeNetns(context.netns)} may drop frames, and is not evaluated`,
    );
  }
  if (table.family !== family && table.family !== "inet") return [];
  const place: Place = {
    backend: "nftables",
    capture: `${context.netns.capture}/nft`,
    table: `${table.family} ${table.name}`,
  };
  return baseChainsOf(table)
    .filter(({ hook }) => hook === context.hook.toLowerCase())
    .map((chain) => ({
      priority: chain.priority ?? 0,
      translates: chain.type === "nat",
      run: (packet: Packet) => runNftables(table, chain, packet, context),
      place,
    }));
}

function noteDoubts(trace: Trace, netns: Netns, place: Place, outcome: ChainOutcome): void {
  for (const { kind, rule, what } of outcome.doubts) {
    const known: Doubt["kind"] = kind;
    doubt(trace, known, `${describeNetns(netns)}, ${ruleName(place, rule)}: ${what}`);
  }
}

function ruleName({ table }: Place, { chain, number, text }: RuleRef): string {
  return number === null ? `${table} ${chain} ${text}`.trim() : `${table} ${chain} rule ${number} \`${text}\``;
}

function dropEvidence({ capture, table }: Place, { chain, number, text }: RuleRef): Evidence {
  const where = number === null ? `${table} ${chain} policy` : `${table} ${chain} rule ${number}`;
  return { source: capture, where, value: number === null ? text.replace(/^policy /, "") : text };
}

function dropStop(context: HookContext, place: Place, rejects: boolean, by: RuleRef, packet: Packet): Stop {
  const { inner } = packet;
  return {
    kind: "dropped-by-rule",
    node: context.netns.node,
    pod: context.netns.pod,
    netns: context.netns.path,
    backend: place.backend,
    family: packet.source.family,
    hook: context.hook,
    table: place.table,
    chain: by.chain,
    rule: by.number,
    handle: by.handle,
    text: by.text,
    rejects,
    layer: inner === null ? "inner" : "outer",
    outer: inner === null ? null : { protocol: packet.protocol, port: packet.destinationPorts?.first ?? 0 },
  };
}
