import type { Report } from "../../model/report.ts";
import { markupLine } from "../markup.ts";
import { count, strategyName } from "../wording.ts";
import { BOX_WIDTH, badges, boxHeight, nodeBox, WIRE_X } from "./node-box.ts";
import { type PlacedNode, placeNodes } from "./placed-nodes.ts";
import { label, line, rect } from "./svg.ts";

const MOST_NODES = 24;
const COLUMNS = 3;
const GAP = 24;
const NETWORK_HEIGHT = 26;

/** The cluster as inline SVG: Nodes with Pods, devices and tunnel over the network that joins them; findings stand where they are. */
export function clusterPicture(report: Report): string {
  const { nodes, elsewhere } = placeNodes(report);
  const shown = nodes.slice(0, MOST_NODES).sort((a, b) => (a.name < b.name ? -1 : 1));
  if (shown.length === 0) return "";
  const columns = Math.min(COLUMNS, shown.length);
  const width = columns * BOX_WIDTH + (columns + 1) * GAP;
  const parts: string[] = [];
  let y = 8;
  if (elsewhere.length > 0) {
    parts.push(clusterStrip(elsewhere, report, width));
    y += 40;
  }
  for (let start = 0; start < shown.length; start += columns) {
    const row = shown.slice(start, start + columns);
    parts.push(`<g transform="translate(0 ${y})">${nodeRow(row, report, width)}</g>`);
    y += Math.max(...row.map(boxHeight)) + 24 + NETWORK_HEIGHT + GAP;
  }
  const left = nodes.length - shown.length;
  if (left > 0) {
    parts.push(label(GAP, y + 4, `and ${count(left, "more Node")}; those with findings are shown first`));
    y += 20;
  }
  const title = `Nodes, Pods and devices of the cluster; ${count(report.findings.length, "finding")} marked by number`;
  return [
    `<div class="scroll"><svg viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" role="img" aria-label="${markupLine(title)}">`,
    ...parts,
    "</svg></div>",
  ].join("");
}

/** Findings about objects that have no place on a Node: Services, ranges, the cluster. */
function clusterStrip(indices: readonly number[], { findings }: Report, width: number): string {
  const names = indices.slice(0, 3).map((index) => {
    const subject = findings[index]?.subject;
    return subject === undefined ? "" : `${subject.kind} ${subject.name}`;
  });
  const more = indices.length > names.length ? ` and ${indices.length - names.length} more` : "";
  return [
    rect(GAP, 8, width - 2 * GAP, 28, "box"),
    label(GAP + 10, 26, names.join(", ") + more, { room: width - 2 * GAP - 140 }),
    badges(indices, findings, width - GAP - 8, 14),
  ].join("");
}

function nodeRow(nodes: readonly PlacedNode[], report: Report, width: number): string {
  const tallest = Math.max(...nodes.map(boxHeight));
  const networkY = tallest + 24;
  return [
    ...nodes.map((node, index) => {
      const x = GAP + index * (BOX_WIDTH + GAP);
      const wireX = x + WIRE_X;
      return `<g transform="translate(${x} 0)">${nodeBox(node, report.findings)}</g>${line(wireX, boxHeight(node), wireX, networkY)}`;
    }),
    rect(GAP, networkY, width - 2 * GAP, NETWORK_HEIGHT, "part"),
    label(GAP + 10, networkY + 17, networkText(report)),
  ].join("");
}

/** "network 192.168.100.0/24 · Pod packets travel by VXLAN" */
function networkText({ cluster }: Report): string {
  const ranges = (cluster.ranges?.ranges ?? []).filter(({ role }) => role === "node").map(({ cidr }) => cidr);
  const strategy = cluster.cni === null ? "" : ` · Pod packets between Nodes: ${strategyName(cluster.cni.strategy)}`;
  return `Node network ${ranges.slice(0, 3).join(", ")}${strategy}`;
}
