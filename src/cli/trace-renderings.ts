import type { TraceReport } from "../model/trace.ts";

export const traceFormats = ["table", "wide", "json", "yaml", "svg"] as const;
export type TraceFormat = (typeof traceFormats)[number];
type Rendering = (
  report: TraceReport,
  terminal: { readonly width: number; readonly color: boolean; readonly unicode: boolean },
) => string;

/** The rendering of a format. Loads only what it needs. */
export async function traceRenderingOf(format: string): Promise<Rendering> {
  switch (format) {
    case "json":
      return (await import("../report/trace/json.ts")).renderTraceJson;
    case "yaml":
      return (await import("../report/trace/yaml.ts")).renderTraceYaml;
    case "svg":
      return (await import("../report/trace/svg.ts")).renderTraceSvg;
    default: {
      const { renderTrace } = await import("../report/trace/table.ts");
      return (report, terminal) => renderTrace(report, terminal, format === "wide" ? "full" : "brief");
    }
  }
}
