import type { Report, ReportedFinding } from "../model/report.ts";
import { explainedBy } from "./explained.ts";
import { evidenceText } from "./finding-block.ts";
import { answerText, clusterText, signOf } from "./headline.ts";
import { clusterPicture } from "./html/picture.ts";
import { reachTable } from "./html/reach-table.ts";
import { STYLE } from "./html/style.ts";
import { markupLine } from "./markup.ts";
import type { Surface } from "./surface.ts";
import { glyph, list, objectName, placeOfStep, reasonWords, SEVERITY_WORDS } from "./wording.ts";

const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** One file to send or archive: the answer, a picture of the cluster, every finding. It has no script and loads nothing. */
export function renderHtml(report: Report, surface: Surface): string {
  const sign = signOf(report);
  const { takenAt } = report.cluster;
  const by = surface.version === undefined ? "" : ` · netdoctor ${surface.version}`;
  return [
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width">',
    `<title>${markupLine(`netdoctor: ${answerText(report)}`)}</title>`,
    `<style>${STYLE}</style>\n</head>\n<body>`,
    `<h1><span class="${sign === "unknown" ? "warning" : sign}">${signText(sign)}</span> ${markupLine(answerText(report))}</h1>`,
    `<p class="faint">${markupLine(`${clusterText(report)}${takenAt === undefined ? "" : ` · ${takenAt}`}${by}`)}</p>`,
    clusterPicture(report),
    report.findings.length === 0 ? "" : "<h2>Findings</h2>",
    ...report.findings.map((finding, index) => findingSection(finding, index + 1, report)),
    items("Gone since the baseline", report.baseline?.gone ?? []),
    items(
      "What holds",
      report.good.map(({ statement, measure }) => `✓ ${statement}: ${measure}`),
    ),
    items(
      "Not examined",
      report.incomplete.map(({ what, reason, unlock }) => `${what}: ${reason}${unlock === "" ? "" : ` → ${unlock}`}`),
    ),
    reachTable(report),
    rangesTable(report),
    checksTable(report),
    "</body>\n</html>\n",
  ]
    .filter((part) => part !== "")
    .join("\n");
}

const signText = (sign: Parameters<typeof glyph>[0]): string => glyph(sign, { width: 0, color: false, unicode: true });

function findingSection(finding: ReportedFinding, number: number, report: Report): string {
  const { id, severity, subject, message, why, confidence, evidence, next, inBaseline } = finding;
  const known = inBaseline === true ? ' <span class="faint">known: in the baseline</span>' : "";
  const explained = explainedBy([finding], report, "full");
  const proof = evidence.map((each) => {
    const value = each.value === "" ? "" : `: <code>${markupLine(each.value)}</code>`;
    return `<li>${markupLine(evidenceText({ ...each, value: "" }, "full"))}${value}</li>`;
  });
  return [
    `<section class="finding ${severity}" id="finding-${number}">`,
    `<h3><span class="${severity}">${signText(severity)} ${SEVERITY_WORDS[severity]} ${number}</span> <code>${markupLine(id)}</code> ${markupLine(objectName(subject))}${known}</h3>`,
    `<p>${markupLine(message)}</p>`,
    why === "" ? "" : `<p>${markupLine(why)}</p>`,
    `<p class="faint">${confidence}</p><ul>${proof.join("")}</ul>`,
    explained.length === 0 ? "" : `<p><span class="faint">explains</span> ${markupLine(explained.join(" · "))}</p>`,
    ...next.map(
      ({ run, effect, onNode }) =>
        `<p class="faint">${markupLine(placeOfStep(onNode, effect))}</p><pre>${markupLine(run)}</pre>`,
    ),
    `<p class="faint">more: <code>kubectl netdoctor explain ${markupLine(id)}</code></p>`,
    "</section>",
  ].join("");
}

function items(title: string, texts: readonly string[]): string {
  return texts.length === 0
    ? ""
    : `<h2>${title}</h2><ul>${texts.map((text) => `<li>${markupLine(text)}</li>`).join("")}</ul>`;
}

function table(title: string, header: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const head = header.map((cell) => `<th scope="col">${cell}</th>`).join("");
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${markupLine(cell)}</td>`).join("")}</tr>`).join("");
  return `<h2>${title}</h2><div class="scroll"><table><tr>${head}</tr>${body}</table></div>`;
}

function rangesTable({ cluster }: Report): string {
  const rows = (cluster.ranges?.ranges ?? []).map(({ role, cidr, sources }) => [
    `${role}s`,
    cidr,
    list(
      sources.map(({ source }) => source),
      2,
    ),
  ]);
  return table("Ranges", ["role", "CIDR", "says"], rows);
}

function checksTable({ checks }: Report): string {
  const rows = checks.map(({ id, question, status, missing }) => [
    id,
    question,
    status,
    missing.map(({ fact, reason }) => `${fact} ${reasonWords(reason)}`).join("; "),
  ]);
  return table("Checks", ["check", "question", "answer", "not known"], rows);
}
