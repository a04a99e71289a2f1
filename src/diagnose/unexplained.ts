import { clusterRef, defineFinding, evidence, nodeRef, reads } from "../model/define.ts";
import type { Finding } from "../model/finding.ts";
import type { FlowEnd, FlowResult, ProbeOutcome } from "../model/flow.ts";
import { groupBy, succeeded } from "../model/flow-outcome.ts";
import type { ObjectRef } from "../model/kubernetes.ts";

type Unexplained = {
  readonly failed: number;
  readonly purposes: readonly string[];
  readonly outcomes: readonly string[];
  readonly example: string;
  readonly reached: string;
  readonly suspects: readonly string[];
  /** What the prediction stopped at, where it did. */
  readonly stopped: string;
};

export const trafficFailingUnexplained = defineFinding<Unexplained>({
  id: "traffic-failing-unexplained",
  severity: "error",
  what: ({ failed, purposes, outcomes, stopped }) =>
    `${failed} ${failed === 1 ? "flow fails" : "flows fail"} (${purposes.join(", ")}: ${outcomes.join(", ")}) and ${stopped === "" ? "nothing that was read explains it" : `the walk stops: ${stopped}`}`,
  why: ({ reached, suspects, stopped }) =>
    stopped !== ""
      ? `The state of the Nodes predicts the failure: ${stopped}. This version has no page of its own for that.`
      : `The state of the Nodes predicts that these packets pass${reached === "" ? "" : `; the prediction is sure as far as ${reached}`}, so the cause is outside what was read: ${suspects.join(", ")}.`,
  next: () => [reads("kubectl", "netdoctor", "check", "-o", "wide")],
});

/** Failures that no finding explains become their own, one a place: the Node that all of them share, else the cluster. Never silently dropped. */
export function unexplained(
  flows: readonly FlowResult[],
  failing: ReadonlySet<string>,
  explained: ReadonlySet<string>,
): readonly Finding[] {
  const left = flows.filter(({ flow }) => failing.has(flow.id) && !explained.has(flow.id));
  if (left.length === 0) return [];
  const shared = sharedNode(left);
  const groups =
    shared === null
      ? groupBy(left, ({ flow }) => (flow.purpose === "dns" ? "dns" : "traffic"))
      : new Map([[shared, left]]);
  const cleared = new Set(flows.filter(passes).flatMap(programsOf));
  return [...groups.values()].map((group) => finding(group, shared === null ? clusterRef : nodeRef(shared), cleared));
}

function finding(group: readonly FlowResult[], subject: ObjectRef, cleared: ReadonlySet<string>): Finding {
  const outcomes = group.flatMap(({ observed }) => (observed.known ? [observed.value.outcome] : []));
  const walk = group.flatMap(({ predicted }) => predicted).find(({ verdict }) => verdict === "unknown");
  return trafficFailingUnexplained.at(
    subject,
    {
      failed: group.length,
      purposes: [...new Set(group.map(({ flow }) => flow.purpose))],
      outcomes: [...new Set(outcomes)],
      example: group[0]?.flow.id ?? "",
      reached: walk?.unknown ?? "",
      suspects: [...suspectPrograms(group, cleared), ...suspects(group, outcomes)],
      stopped: stopText(group),
    },
    {
      confidence: "proven",
      evidence: group
        .slice(0, 4)
        .map(({ flow, observed }) =>
          evidence(
            `probe/${flow.id}`,
            `${flow.protocol}${flow.port === null ? "" : ` ${flow.port}`}`,
            observed.known
              ? `${observed.value.outcome}: ${observed.value.succeeded} of ${observed.value.sent} tries${observed.value.detail === "" ? "" : `; ${observed.value.detail}`}`
              : "",
          ),
        ),
      explains: group.map(({ flow }) => flow.id),
    },
  );
}

/** What the shape of the failures leaves possible, in the words of the field. */
function suspects(group: readonly FlowResult[], outcomes: readonly ProbeOutcome[]): readonly string[] {
  const crossing = group.some(({ flow }) => nodeOf(flow.from) !== nodeOf(flow.to));
  const all: (readonly [boolean, string])[] = [
    [outcomes.includes("refused"), "nothing listening, or a firewall that rejects"],
    [outcomes.includes("prohibited"), "a firewall that answers with ICMP administratively prohibited"],
    [
      outcomes.includes("timeout") && crossing,
      "the network between the Nodes (security group, switch, underlay firewall)",
    ],
    [
      outcomes.includes("timeout"),
      "an eBPF program, or a policy of the CNI's own kind, which this version does not evaluate",
    ],
    [outcomes.includes("servfail"), "the upstream DNS servers"],
    [
      outcomes.includes("nxdomain") || outcomes.includes("no-data"),
      "a DNS server that does not know the cluster's names",
    ],
  ];
  const found = all.filter(([applies]) => applies).map(([, text]) => text);
  return found.length > 0 ? found : ["the network between the Nodes"];
}

/** Devices with programs that most of these flows pass and no flow that succeeds does: where a CNI uses them everywhere, none is suspect. */
function suspectPrograms(group: readonly FlowResult[], cleared: ReadonlySet<string>): readonly string[] {
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

function sharedNode(group: readonly FlowResult[]): string | null {
  const [first, ...rest] = group.map(
    ({ flow }) => new Set([nodeOf(flow.from), nodeOf(flow.to)].filter((node) => node !== "")),
  );
  const common = [...(first ?? [])].filter((node) => rest.every((nodes) => nodes.has(node)));
  return common.length === 1 ? (common[0] ?? null) : null;
}
const nodeOf = (end: FlowEnd): string => (end.kind === "Pod" ? end.node : end.kind === "Node" ? end.name : "");

/** The first predicted stop in words: its kind and the fact it was read from. */
function stopText(group: readonly FlowResult[]): string {
  const walk = group.flatMap(({ predicted }) => predicted).find(({ verdict }) => verdict === "stopped");
  if (walk?.stop === null || walk === undefined) return "";
  const [first] = walk.evidence;
  return `${walk.stop.kind.replaceAll("-", " ")}${first === undefined ? "" : ` (${first.source} ${first.where}: ${first.value})`}`;
}
