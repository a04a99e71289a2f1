import type { Report } from "../model/report.ts";
import type { Surface } from "../report/surface.ts";

export type Rendering = (report: Report, surface: Surface) => string;
/** The command's own view, which `table` shows; the other formats show the whole report. */
export type View = "report" | "cidr" | "cni" | "dns";

export const formats = ["table", "wide", "json", "yaml", "name", "junit", "sarif", "markdown", "html"] as const;
export type Format = (typeof formats)[number];
export const isFormat = (text: string): text is Format => formats.some((format) => format === text);

/** The rendering of a format. Loads only what it needs. */
export async function renderingOf(format: Format, view: View = "report"): Promise<Rendering> {
  switch (format) {
    case "wide":
      return (await import("../report/wide.ts")).renderWide;
    case "json":
      return (await import("../report/json.ts")).renderJson;
    case "yaml":
      return (await import("../report/yaml.ts")).renderYaml;
    case "name":
      return (await import("../report/name.ts")).renderName;
    case "junit":
      return (await import("../report/junit.ts")).renderJunit;
    case "sarif":
      return (await import("../report/sarif.ts")).renderSarif;
    case "markdown":
      return (await import("../report/markdown.ts")).renderMarkdown;
    case "html":
      return (await import("../report/html.ts")).renderHtml;
    case "table":
      return ownView(view);
  }
}

async function ownView(view: View): Promise<Rendering> {
  switch (view) {
    case "cidr":
      return (await import("../report/cidr.ts")).renderCidr;
    case "cni":
      return (await import("../report/cni.ts")).renderCni;
    case "dns":
      return (await import("../report/dns.ts")).renderDns;
    case "report":
      return (await import("../report/table.ts")).renderTable;
  }
}
