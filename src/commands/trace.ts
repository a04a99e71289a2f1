import * as Args from "@oclif/core/args";
import { BaseCommand } from "../cli/base-command.ts";
import { durationFlag } from "../cli/duration.ts";
import { AccessError, UsageError } from "../cli/errors.ts";
import { kubeFlags } from "../cli/flags.ts";
import { watchInterruption } from "../cli/interruption.ts";
import { createProgress } from "../cli/progress.ts";
import { traceRenderingOf } from "../cli/trace-renderings.ts";
import { traceFlags, traceRequestOf } from "../cli/trace-request.ts";
import { traceExitCode } from "../engine/trace/exit-code.ts";
import type { Traced, TraceRequest } from "../engine/trace/trace.ts";

export default class Trace extends BaseCommand {
  static override summary = "Show how a packet goes from one end to the other and back, and where it stops";
  static override description =
    `Predicts the way from the state of the Nodes concerned, sends the packet from inside the sender's own network
namespace, and names what stops it. An end is a Pod, svc/NAME, deploy/NAME or node/NAME, each with NAMESPACE/
in front where it is not in the namespace of -n; an IP; or, as the target, a host name.

Exit codes: 0 passes, 1 fails, 2 usage, 3 could not run, 4 could not be told, 70 a bug, 130 interrupted.`;
  static override examples = [
    { description: "From Pod to Pod", command: "<%= config.bin %> trace frontend-7d9 cart-0 -n shop" },
    {
      description: "To a Service, as the Pod would",
      command: "<%= config.bin %> trace shop/frontend-7d9 shop/svc/cart",
    },
    { description: "Out of the cluster", command: "<%= config.bin %> trace deploy/frontend 192.0.2.1 --port 443" },
    { description: "Keep the node Pods for the next traces", command: "<%= config.bin %> trace a b --keep 10m" },
    { description: "See every object it would create", command: "<%= config.bin %> trace a b --dry-run" },
    { description: "Predict from a bundle", command: "<%= config.bin %> trace a b --bundle netdoctor.tar.gz" },
  ];
  static override args = {
    from: Args.string({ description: "where the packet starts" }),
    to: Args.string({ description: "where it is to go; both may be left out with the bundle of a trace" }),
  };
  static override flags = { ...traceFlags, ...kubeFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Trace);
    if (flags.bundle === undefined && (args.from === undefined || args.to === undefined))
      throw new UsageError("expected both ends: trace FROM TO");
    const progress = createProgress(this.terminal.stderr, { quiet: flags.quiet });
    const interruption = watchInterruption(durationFlag("timeout", flags.timeout), (line) => progress.note(line));
    try {
      const request = traceRequestOf(
        flags,
        { from: args.from, to: args.to },
        {
          onProgress: (what) => progress.step(what),
          onNamespace: (namespace) => interruption.note(namespace),
          onLeft: (left) => this.reportLeftovers(left),
          onWitness: (lines) => {
            progress.note("following one packet (--no-witness leaves this out); for some seconds:");
            for (const line of lines) progress.note(`  ${line}`);
          },
          signal: interruption.signal,
        },
      );
      if (flags["dry-run"]) return await this.rehearse(request);
      const { trace } = await import("../engine/trace/trace.ts");
      const answer = await trace(request);
      progress.end();
      if (answer.kind === "wrong-question") throw new UsageError(answer.message);
      if (answer.kind === "unusable")
        throw new AccessError(answer.message, "check the path; a bundle comes from kubectl netdoctor collect");
      await this.show(answer.traced, flags.output, flags.save);
    } catch (cause) {
      throw interruption.meaningOf(cause);
    } finally {
      progress.end();
      interruption.end();
    }
  }

  /** Prints every object that would be created, and creates none. */
  private async rehearse(request: TraceRequest): Promise<void> {
    if (request.bundle !== null) throw new UsageError("`--dry-run` is for a cluster: from a bundle nothing is created");
    const { plannedTraceObjects } = await import("../engine/trace/planned-objects.ts");
    const planned = await plannedTraceObjects(request);
    if (!planned.known) throw new UsageError(planned.detail);
    await this.print(planned.value);
  }

  private async show(
    { report, captures, kept, cleaned }: Traced,
    format: string,
    save: string | undefined,
  ): Promise<void> {
    const render = await traceRenderingOf(format);
    await this.print(render(report, this.terminal.stdout));
    if (kept !== null) {
      this.say(
        `kept until ${kept.until}: ${kept.pods} node Pods in namespace ${kept.namespace}; kubectl netdoctor cleanup deletes them`,
      );
    }
    if (save !== undefined) {
      const { saveBundle } = await import("../engine/save-bundle.ts");
      await saveBundle(captures, save, this.config.version);
    }
    process.exitCode = traceExitCode(report);
    this.reportLeftovers(await cleaned);
  }
}
