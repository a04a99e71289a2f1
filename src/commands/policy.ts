import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { AccessError, UsageError } from "../cli/errors.ts";
import { type KubeFlagValues, kubeFlags, runFlags } from "../cli/flags.ts";
import { ReportCommand } from "../cli/report-command.ts";
import { exitCodes } from "../engine/exit-code.ts";
import type { PolicyQuestion } from "../engine/policy/ask.ts";
import type { Captures } from "../model/capture.ts";

const PROTOCOLS = ["tcp", "udp", "sctp", "icmp"] as const;

export default class Policy extends ReportCommand {
  static override summary = "Say what NetworkPolicies allow between two ends, by which rule, and what would change it";
  static override description =
    `Reads the API and creates nothing. With two ends: allowed or denied in both directions, the rule that
decides, and the smallest policy that turns it round, as YAML. An end is a Pod, svc/NAME, deploy/NAME or
node/NAME, each with NAMESPACE/ in front where it is not in the namespace of -n, or an IP. Without ends: every
policy by Namespace, and what is wrong with it. CNIs' own kinds of policies are not evaluated.

Exit codes: 0 allowed, 1 denied, 2 usage, 3 could not run, 4 could not be told, 70 a bug, 130 interrupted.`;
  static override examples = [
    { description: "Every policy, and what is wrong with it", command: "<%= config.bin %> policy" },
    { description: "From Pod to Pod", command: "<%= config.bin %> policy shop/frontend-7d9 shop/cart-0 --port 8081" },
    { description: "To a Service", command: "<%= config.bin %> policy deploy/frontend svc/cart -n shop" },
    { description: "From outside", command: "<%= config.bin %> policy 192.0.2.7 shop/cart-0 --port 8081" },
  ];
  static override args = {
    from: Args.string({ description: "who connects" }),
    to: Args.string({ description: "to whom" }),
  };
  static override flags = {
    port: Flags.integer({ description: "port of the target (default: what it offers)", min: 1, max: 65_535 }),
    protocol: Flags.string({
      description: "protocol (default: tcp, or what the target offers)",
      options: [...PROTOCOLS],
    }),
    output: Flags.string({ char: "o", description: "format", options: ["table", "json", "yaml"], default: "table" }),
    bundle: runFlags.bundle,
    timeout: runFlags.timeout,
    quiet: runFlags.quiet,
    ...kubeFlags,
  };

  protected override readonly probes = false;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Policy);
    const { from, to } = args;
    if (from !== undefined && to === undefined) throw new UsageError("expected two ends or none: policy FROM TO");
    const left = await this.collect({ ...flags, ...NO_PODS }, async ({ captures, cleaned }) => {
      if (from === undefined || to === undefined) await this.overview(captures, flags.namespace ?? null, flags.output);
      else {
        const protocol = PROTOCOLS.find((name) => name === flags.protocol) ?? null;
        const question = { from, to, namespace: await this.namespaceOf(flags), port: flags.port ?? null, protocol };
        await this.answer(captures, question, flags.output);
      }
      return cleaned;
    });
    this.reportLeftovers(left);
  }

  /** Where names without a namespace are looked for; a bundle knows no context. */
  private async namespaceOf(flags: KubeFlagValues & { readonly bundle?: string | undefined }): Promise<string> {
    if (flags.bundle !== undefined) return flags.namespace ?? "default";
    const { contextNamespace } = await import("../cli/context-namespace.ts");
    return contextNamespace(flags);
  }

  private async overview(captures: Captures, namespace: string | null, output: string): Promise<void> {
    const { policyOverview } = await import("../engine/policy/overview.ts");
    const overview = policyOverview(captures, namespace);
    if (!overview.known) throw new AccessError(`policies could not be read: ${overview.detail}`);
    const { policyRenderingOf } = await import("../cli/policy-renderings.ts");
    const render = await policyRenderingOf(output);
    await this.print(render(overview.value, this.terminal.stdout));
  }

  private async answer(captures: Captures, question: PolicyQuestion, output: string): Promise<void> {
    const { askPolicies } = await import("../engine/policy/ask.ts");
    const report = askPolicies(captures, question);
    if (!report.known && report.reason !== "failed" && report.reason !== "unparsable")
      throw new AccessError(`policies could not be read: ${report.detail}`);
    if (!report.known) throw new UsageError(report.detail);
    const { policyRenderingOf } = await import("../cli/policy-renderings.ts");
    const render = await policyRenderingOf(output);
    await this.print(render(report.value, this.terminal.stdout));
    const { verdict } = report.value;
    process.exitCode = { allowed: exitCodes.ok, denied: exitCodes.findings, unknown: exitCodes.incomplete }[verdict];
  }
}

/** The settings of Pods that are never made. */
const NO_PODS = { "api-only": true, image: "", "image-pull-policy": "IfNotPresent", "pod-timeout": "1s" } as const;
