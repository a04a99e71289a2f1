import type { FlowResult } from "../model/flow.ts";
import type { Report } from "../model/report.ts";
import { columns } from "./columns.ts";
import { flowEndName, flowNode, isFailed } from "./flow-text.ts";
import { page } from "./page.ts";
import { type Line, layoutWidth, penFor, type Terminal } from "./screen.ts";
import { list, millisecondsText, reasonWords } from "./wording.ts";

const NAMED_NODES = 6;

/** The page of `dns`: each question put to each server over each transport, and how it ended from every Node. */
export function renderDns(report: Report, terminal: Terminal): string {
  const asked = report.flows.filter(({ flow }) => flow.purpose === "dns" && flow.dns !== null);
  return page(report, terminal, "brief", asked.length === 0 ? nothingAsked(terminal) : questions(asked, terminal));
}

function nothingAsked(terminal: Terminal): readonly Line[] {
  return [[penFor(terminal)("  no DNS query was sent in this run")]];
}

function questions(asked: readonly FlowResult[], terminal: Terminal): readonly Line[] {
  const pen = penFor(terminal);
  const header = ["SERVER", "VIA", "ANSWERS", "MEDIAN", "FROM"];
  return grouped(asked, questionOf)
    .flatMap(([question, results]) => [
      [],
      [pen(question, "strong")],
      ...columns({ header, rows: serverRows(results), width: layoutWidth(terminal), indent: 2 }, pen),
    ])
    .slice(1);
}

/** "kubernetes.default.svc.cluster.local. A" */
function questionOf({ flow }: FlowResult): string {
  return flow.dns === null ? "" : `${flow.dns.name} ${flow.dns.type}`;
}

/** One row a server, transport and outcome; rows that failed stand above those that did not. */
function serverRows(results: readonly FlowResult[]): readonly (readonly string[])[] {
  const servers = grouped(results, ({ flow }) => JSON.stringify([flowEndName(flow.to), flow.to.ip, flow.protocol]));
  return servers.flatMap(([, ofServer]) => {
    const outcomes = grouped(ofServer, outcomeOf).sort(([, a], [, b]) => failures(b) - failures(a));
    return outcomes.map(([outcome, alike], index) => {
      const flow = alike[0]?.flow;
      const server = flow === undefined ? "" : serverName(flow.to);
      return [
        index === 0 ? server : "",
        index === 0 ? (flow?.protocol.toUpperCase() ?? "") : "",
        `${outcome} ${alike.length} of ${ofServer.length}`,
        medianOf(alike),
        list([...new Set(alike.map((result) => flowNode(result.flow.from)))], NAMED_NODES),
      ];
    });
  });
}

function serverName(to: FlowResult["flow"]["to"]): string {
  return to.kind === "IP" ? to.ip : `${flowEndName(to)} ${to.ip}`;
}

const failures = (results: readonly FlowResult[]): number => (results.some(isFailed) ? 1 : 0);

function outcomeOf({ observed }: FlowResult): string {
  return observed.known ? observed.value.outcome : `not sent (${reasonWords(observed.reason)})`;
}

function medianOf(results: readonly FlowResult[]): string {
  const times = results
    .flatMap(({ observed }) => (observed.known && observed.value.medianMs !== null ? [observed.value.medianMs] : []))
    .sort((a, b) => a - b);
  const median = times[Math.floor((times.length - 1) / 2)];
  return median === undefined ? "" : millisecondsText(median);
}

function grouped<T>(items: readonly T[], key: (item: T) => string): [string, readonly T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return [...groups];
}
