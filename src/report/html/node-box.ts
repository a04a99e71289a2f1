import type { ReportedFinding } from "../../model/report.ts";
import { isRunNamespace } from "../../model/run-namespace.ts";
import type { PlacedNode, PlacedPod } from "./placed-nodes.ts";
import { badge, badgeWidth, label, line, rect } from "./svg.ts";

export const BOX_WIDTH = 360;
const MOST_PODS = 8;
const ROW = 26;
const HEADER = 34;
const PART = 22;
const POD_WIDTH = 190;
const BRIDGE_X = 278;
const BRIDGE_WIDTH = 70;
/** Where the way out of a Node runs down. */
export const WIRE_X = BRIDGE_X + BRIDGE_WIDTH / 2;
const SIGNS = { error: "✗", warning: "!", info: "i" } as const;

type Findings = readonly ReportedFinding[];

/** Pixels that the Node's box takes. */
export function boxHeight(node: PlacedNode): number {
  const rows = Math.max(1, Math.min(node.pods.length, MOST_PODS) + (node.pods.length > MOST_PODS ? 1 : 0));
  return HEADER + rows * ROW + 12 + (node.tunnel === null ? 0 : PART + 14) + PART + 14;
}

/** One Node: its Pods, their veth pairs to the bridge or the routing, the tunnel, and the device that leads out, at (0, 0). */
export function nodeBox(node: PlacedNode, findings: Findings): string {
  const height = boxHeight(node);
  const bad = node.findings.some((index) => findings[index]?.severity === "error");
  const first = MOST_PODS - 1;
  // Pods with findings come first, so that none is among those left out.
  const pods = [...node.pods].sort((a, b) => Math.sign(b.findings.length) - Math.sign(a.findings.length));
  const shown = pods.length <= MOST_PODS ? pods : pods.slice(0, first + 1);
  const podsHeight = height - HEADER - 12 - (node.tunnel === null ? 0 : PART + 14) - PART - 14;
  return [
    rect(0, 0, BOX_WIDTH, height, bad ? "box hit" : "box"),
    label(12, 22, node.name, { room: BOX_WIDTH - 60 - badgesWidth(node.findings), className: "name" }),
    badges(node.findings, findings, BOX_WIDTH - 8, 9),
    ...shown.map((pod, index) => podRow(pod, index, findings)),
    pods.length > shown.length
      ? label(12, HEADER + shown.length * ROW + 15, `and ${pods.length - shown.length} more`)
      : "",
    pods.length === 0 ? label(12, HEADER + 15, "no Pod was part of a flow", { className: "small" }) : "",
    rect(BRIDGE_X, HEADER, BRIDGE_WIDTH, podsHeight, "part"),
    label(WIRE_X, HEADER + podsHeight / 2 + 4, node.bridge === "" ? "routing" : node.bridge, {
      room: BRIDGE_WIDTH - 8,
      anchor: "middle",
    }),
    ...ways(node, HEADER + podsHeight, height),
  ].join("");
}

function podRow(pod: PlacedPod, index: number, findings: Findings): string {
  const y = HEADER + index * ROW;
  return [
    rect(12, y, POD_WIDTH, 20, pod.findings.length > 0 ? "part hit" : "part"),
    label(18, y + 14, shortName(pod.name), { room: POD_WIDTH - 12 - badgesWidth(pod.findings) }),
    badges(pod.findings, findings, 12 + POD_WIDTH - 2, y + 2),
    line(12 + POD_WIDTH, y + 10, BRIDGE_X, y + 10),
    label((12 + POD_WIDTH + BRIDGE_X) / 2, y + 7, pod.device, { room: 92, className: "small", anchor: "middle" }),
  ].join("");
}

/** The run's own Pods are the cluster's stand-ins: their random namespace says nothing. */
const shortName = (name: string): string => (isRunNamespace(name.split("/")[0] ?? "") ? "probe Pod" : name);

/** From the bridge down: through the tunnel where there is one, to the uplink. */
function ways(node: PlacedNode, top: number, bottom: number): readonly string[] {
  const uplinkY = bottom - PART - 10;
  const mtu = node.uplinkMtuBytes === null ? "" : ` · MTU ${node.uplinkMtuBytes}`;
  const uplink = [
    rect(150, uplinkY, BOX_WIDTH - 162, PART, "part"),
    label(158, uplinkY + 15, `${node.uplink === "" ? "uplink" : node.uplink}${mtu}`, { room: BOX_WIDTH - 178 }),
  ];
  if (node.tunnel === null) return [line(WIRE_X, top, WIRE_X, uplinkY), ...uplink];
  const tunnelY = top + 14;
  const { device, port } = node.tunnel;
  const parts = [
    device,
    ...(port === null ? [] : [`port ${port}`]),
    ...(node.podMtuBytes === null ? [] : [`MTU ${node.podMtuBytes}`]),
  ];
  return [
    line(WIRE_X, top, WIRE_X, tunnelY),
    rect(60, tunnelY, BOX_WIDTH - 72, PART, "part"),
    label(68, tunnelY + 15, parts.join(" · "), { room: BOX_WIDTH - 88 }),
    line(WIRE_X, tunnelY + PART, WIRE_X, uplinkY),
    ...uplink,
  ];
}

const badgesWidth = (numbers: readonly number[]): number =>
  numbers.slice(0, 3).reduce((sum, index) => sum + badgeWidth(index + 1), 0);

/** At most three marks, from the right edge to the left. */
export function badges(numbers: readonly number[], findings: Findings, right: number, y: number): string {
  let x = right;
  return numbers
    .slice(0, 3)
    .reverse()
    .map((index) => {
      const severity = findings[index]?.severity ?? "info";
      const mark = badge(x, y, index + 1, SIGNS[severity], severity);
      x -= badgeWidth(index + 1);
      return mark;
    })
    .join("");
}
