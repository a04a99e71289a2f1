import type { PolicyOverview, PolicyReport } from "../model/policy-report.ts";

type Rendering = (
  document: PolicyReport | PolicyOverview,
  terminal: { readonly width: number; readonly color: boolean; readonly unicode: boolean },
) => string;

/** The rendering of a format. Loads only what it needs. */
export async function policyRenderingOf(format: string): Promise<Rendering> {
  if (format === "json") return (await import("../report/policy/document.ts")).renderPolicyJson;
  if (format === "yaml") return (await import("../report/policy/document.ts")).renderPolicyYaml;
  const { renderPolicyAnswer } = await import("../report/policy/answer.ts");
  const { renderPolicyOverview } = await import("../report/policy/overview.ts");
  return (document, terminal) =>
    document.kind === "PolicyReport"
      ? renderPolicyAnswer(document, terminal)
      : renderPolicyOverview(document, terminal);
}
