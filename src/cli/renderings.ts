import * as Flags from "@oclif/core/flags";
import type { Rendering } from "./report-command.ts";

const formats = ["table", "wide", "json", "yaml", "name"];
export const outputFlag = {
  output: Flags.string({ char: "o", description: "format of the report", options: formats, default: "table" }),
} as const;

/** The rendering of a format; `table` is the command's own view, the others show the whole report. Loads only what it needs. */
export async function renderingOf(
  format: string,
  view: "report" | "cidr" | "cni" | "dns" = "report",
): Promise<Rendering> {
  switch (format) {
    case "wide":
      return (await import("../report/wide.ts")).renderWide;
    case "json":
      return (await import("../report/json.ts")).renderJson;
    case "yaml":
      return (await import("../report/yaml.ts")).renderYaml;
    case "name":
      return (await import("../report/name.ts")).renderName;
    default:
      return ownView(view);
  }
}

async function ownView(view: "report" | "cidr" | "cni" | "dns"): Promise<Rendering> {
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
