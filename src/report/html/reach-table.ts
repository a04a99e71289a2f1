import type { FlowResult } from "../../model/flow.ts";
import type { Report } from "../../model/report.ts";
import { flowNode, isFailed } from "../flow-text.ts";
import { markupLine } from "../markup.ts";

const MOST_NODES = 30;

/** From Node to Node: how many of the Pod-to-Pod flows that were sent failed. Nothing where none was. */
export function reachTable({ flows, cluster }: Report): string {
  const sent = flows.filter(({ flow, observed }) => flow.purpose === "pod-to-pod" && observed.known);
  const nodes = cluster.nodes.filter((name) =>
    sent.some(({ flow }) => flowNode(flow.from) === name || flowNode(flow.to) === name),
  );
  if (nodes.length === 0 || nodes.length > MOST_NODES) return "";
  const byPair = new Map<string, FlowResult[]>();
  for (const result of sent) {
    const pair = JSON.stringify([flowNode(result.flow.from), flowNode(result.flow.to)]);
    byPair.set(pair, [...(byPair.get(pair) ?? []), result]);
  }
  const cell = (from: string, to: string): string => {
    const results = byPair.get(JSON.stringify([from, to])) ?? [];
    if (results.length === 0) return '<td class="faint">not sent</td>';
    const failed = results.filter(isFailed).length;
    return failed === 0
      ? `<td><span class="good">✓</span> ${results.length} pass</td>`
      : `<td><span class="error">✗</span> ${failed} of ${results.length} fail</td>`;
  };
  const head = nodes.map((name) => `<th scope="col">${markupLine(name)}</th>`).join("");
  const rows = nodes.map(
    (from) => `<tr><th scope="row">${markupLine(from)}</th>${nodes.map((to) => cell(from, to)).join("")}</tr>`,
  );
  return `<h2>Pod to Pod, from Node to Node</h2><div class="scroll"><table><tr><th>from \\ to</th>${head}</tr>${rows.join("")}</table></div>`;
}
