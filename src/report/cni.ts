import type { ClusterCni, NodeCni } from "../model/cni.ts";
import type { Report } from "../model/report.ts";
import { columns } from "./columns.ts";
import { evidenceText } from "./finding-block.ts";
import { page } from "./page.ts";
import { type Line, layoutWidth, penFor, type Terminal } from "./screen.ts";
import { cniName, count, list, strategyName } from "./wording.ts";
import { labelled } from "./wrap.ts";

const LABEL_WIDTH = 16;
const NAMED_NODES = 6;

/** The page of `cni`: what carries Pod packets, on which evidence, and whether the Nodes agree. Nodes that are alike share a row. */
export function renderCni(report: Report, terminal: Terminal): string {
  const { cni } = report.cluster;
  return page(report, terminal, "brief", cni === null ? [] : cniPage(cni, terminal));
}

function cniPage(cni: ClusterCni, terminal: Terminal): readonly Line[] {
  const pen = penFor(terminal);
  const width = layoutWidth(terminal);
  const row = (label: string, text: string): readonly Line[] =>
    labelled({ indent: 2, label: pen(label, "faint"), labelWidth: LABEL_WIDTH, width }, text, pen);
  const groups = alike(cni.nodes);
  const header = ["NODES", "FILE", "PLUGINS", "STRATEGY", "TUNNEL", "POD MTU"];
  return [
    ...row("CNI", cniName(cni)),
    ...row("Nodes", agreement(cni, groups.length)),
    ...row("workloads", cni.workloads.length === 0 ? "none recognised" : list(cni.workloads, 4)),
    ...row("NetworkPolicy", ENFORCEMENT[cni.enforcesNetworkPolicy]),
    ...row("kube-proxy", cni.kubeProxyMode === "none" ? "none runs here" : `mode ${cni.kubeProxyMode}`),
    ...(groups.length === 0 ? [] : [[], ...columns({ header, rows: groups.map(nodeRow), width, indent: 2 }, pen)]),
    ...groups.flatMap((group) => proof(group, row)),
  ];
}

const ENFORCEMENT = {
  yes: "enforced by this CNI",
  no: "NOT enforced by this CNI: policies have no effect",
  unknown: "not known whether this CNI enforces them",
} as const;

function agreement(cni: ClusterCni, kinds: number): string {
  if (cni.nodes.length === 0) return "none was read";
  if (cni.agree) return `${count(cni.nodes.length, "Node")} read, and they agree`;
  return `${count(cni.nodes.length, "Node")} read, and they DISAGREE: ${kinds} different set-ups`;
}

/** Nodes whose rows would be the same, the largest group first. */
function alike(nodes: readonly NodeCni[]): readonly (readonly NodeCni[])[] {
  const groups = new Map<string, NodeCni[]>();
  for (const node of nodes) {
    const key = JSON.stringify([cells(node), node.name, node.unknown]);
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  return [...groups.values()].sort((a, b) => b.length - a.length);
}

function nodeRow(group: readonly NodeCni[]): readonly string[] {
  const [first] = group;
  return first === undefined ? [] : [names(group), ...cells(first)];
}

const names = (group: readonly NodeCni[]): string =>
  list(
    group.map(({ node }) => node),
    NAMED_NODES,
  );

function cells(node: NodeCni): readonly string[] {
  const port = node.tunnelPort === null ? "" : `, port ${node.tunnelPort}`;
  return [
    node.file ?? "none",
    node.plugins.length === 0 ? "none" : node.plugins.join(", "),
    strategyName(node.strategy),
    node.tunnelDevice === null ? "none" : `${node.tunnelDevice}${port}`,
    mtuText(node),
  ];
}

/** "1450 = 1500 - 50"; where that does not add up, the three numbers. */
function mtuText({ podMtuBytes, uplinkMtuBytes, overheadBytes }: NodeCni): string {
  if (podMtuBytes === null) return "unknown";
  if (uplinkMtuBytes === null) return `${podMtuBytes}, uplink unknown`;
  if (podMtuBytes === uplinkMtuBytes - overheadBytes) {
    return overheadBytes === 0 ? String(podMtuBytes) : `${podMtuBytes} = ${uplinkMtuBytes} - ${overheadBytes}`;
  }
  return `${podMtuBytes} of ${uplinkMtuBytes}, tunnel takes ${overheadBytes}`;
}

/** What the first Node of a group shows, and what could not be told. */
function proof(group: readonly NodeCni[], row: (label: string, text: string) => readonly Line[]): readonly Line[] {
  const [first] = group;
  if (first === undefined) return [];
  return [
    [],
    ...first.evidence.flatMap((evidence, index) => row(index === 0 ? "seen" : "", evidenceText(evidence, "brief"))),
    ...first.unknown.flatMap((text, index) => row(index === 0 ? "not known" : "", `${names(group)}: ${text}`)),
  ].slice(first.evidence.length + first.unknown.length === 0 ? 1 : 0);
}
