import type { Ranges } from "../model/ranges.ts";
import type { Report } from "../model/report.ts";
import { titledTable } from "./columns.ts";
import { evidenceText } from "./finding-block.ts";
import { page } from "./page.ts";
import type { Line, Terminal } from "./screen.ts";
import { list, RELATION_WORDS } from "./wording.ts";

const MOST_NODES = 50;

/** The page of `cidr`: every range with who says so, where sources disagree, what overlaps, each Node's share, addresses left. */
export function renderCidr(report: Report, terminal: Terminal): string {
  const { ranges } = report.cluster;
  return page(report, terminal, "brief", ranges === null ? [] : rangePage(ranges, terminal));
}

function rangePage(ranges: Ranges, terminal: Terminal): readonly Line[] {
  const tables = [
    titledTable("ranges", ["ROLE", "CIDR", "CONFIDENCE", "SOURCE"], sourceRows(ranges), terminal),
    titledTable(
      "sources that disagree",
      ["ROLE", "USED", "SAYS", "SOURCE", "SEEN AT"],
      disagreeingRows(ranges),
      terminal,
    ),
    titledTable(
      "configured, but the CNI does not draw from them",
      ["CIDR", "CONFIDENCE", "SOURCE"],
      unusedRows(ranges),
      terminal,
    ),
    titledTable("overlaps", ["RANGE", "RELATION", "RANGE", "HARM"], overlapRows(ranges), terminal),
    titledTable("Pod range of each Node", ["NODE", "POD CIDRS"], nodeRows(ranges), terminal),
    titledTable("addresses", ["WHAT", "CIDR", "USED", "TOTAL", "LEFT"], capacityRows(ranges), terminal),
  ];
  return tables.flat().slice(1);
}

function sourceRows({ ranges, missing }: Ranges): readonly (readonly string[])[] {
  const known = ranges.flatMap((range) =>
    (range.sources.length === 0 ? [null] : range.sources).map((source, index) => [
      index === 0 ? `${range.role}s` : "",
      index === 0 ? range.cidr : "",
      source?.confidence ?? "",
      source?.source ?? "no source",
    ]),
  );
  return [...known, ...missing.map(({ role, reason }) => [`${role}s`, "unknown", "", reason])];
}

function disagreeingRows({ ranges }: Ranges): readonly (readonly string[])[] {
  return ranges.flatMap((range) =>
    range.disagreeing.map(({ cidr, source, evidence }) => [
      `${range.role}s`,
      range.cidr,
      cidr,
      source,
      evidenceText({ ...evidence, value: "" }, "brief"),
    ]),
  );
}

function unusedRows({ unused = [] }: Ranges): readonly (readonly string[])[] {
  return unused.map(({ cidr, source, confidence }) => [cidr, confidence, source]);
}

function overlapRows({ overlaps }: Ranges): readonly (readonly string[])[] {
  const harmFirst = [...overlaps].sort((one, other) => Number(one.byDesign !== null) - Number(other.byDesign !== null));
  return harmFirst.map(({ a, b, relation, byDesign }) => [
    `${a.role} ${a.cidr} (${a.source})`,
    RELATION_WORDS[relation],
    `${b.role} ${b.cidr} (${b.source})`,
    byDesign === null ? "OVERLAP" : `none: ${byDesign}`,
  ]);
}

function nodeRows({ perNode }: Ranges): readonly (readonly string[])[] {
  const rows = perNode.map(({ node, podCIDRs }) => [node, podCIDRs.length === 0 ? "none" : podCIDRs.join(", ")]);
  if (rows.length <= MOST_NODES) return rows;
  const rest = perNode.slice(MOST_NODES).map(({ node }) => node);
  return [...rows.slice(0, MOST_NODES), [`and ${rest.length} more`, `${list(rest, 3)}: -o json`]];
}

function capacityRows({ capacity }: Ranges): readonly (readonly string[])[] {
  return capacity.map(({ what, cidr, used, total }) => [
    what,
    cidr,
    String(used),
    total === null ? "more than can run out" : String(total),
    total === null ? "" : String(Math.max(0, total - used)),
  ]);
}
