import { exitCodeOf } from "../engine/exit-code.ts";
import type { Obtained, Request } from "../engine/obtain.ts";
import type { Severity } from "../model/finding.ts";
import type { Report } from "../model/report.ts";
import { BaseCommand } from "./base-command.ts";
import { durationFlag } from "./duration.ts";
import { AccessError, InterruptedError, UsageError } from "./errors.ts";
import { connectionOptions, type KubeFlagValues } from "./flags.ts";
import { type Interruption, watchInterruption } from "./interruption.ts";
import { createProgress } from "./progress.ts";

export interface RunFlagValues extends KubeFlagValues {
  readonly bundle?: string | undefined;
  readonly "api-only"?: boolean | undefined;
  readonly nodes?: string | undefined;
  readonly egress?: string[] | undefined;
  readonly "no-egress"?: boolean | undefined;
  readonly image: string;
  readonly "image-pull-policy": string;
  readonly "image-pull-secret"?: string | undefined;
  readonly "pod-timeout": string;
  readonly "request-timeout"?: string | undefined;
  readonly timeout: string;
  readonly quiet?: boolean | undefined;
}
export type Rendering = (
  report: Report,
  terminal: { readonly width: number; readonly color: boolean; readonly unicode: boolean },
) => string;

/** A command that examines a cluster or a bundle and prints one view of the report. */
export abstract class ReportCommand extends BaseCommand {
  /** Areas of checks that a view is about; null = all. */
  protected readonly areas: readonly string[] | null = null;

  /** False for views that need the Nodes read and nothing sent. */
  protected readonly probes: boolean = true;

  /** Collects, concludes, prints; the exit code follows from the whole report. The report is shown while the cleanup still runs. */
  protected async examine(
    flags: RunFlagValues,
    render: Rendering,
    failOn: Severity | "never" = "error",
    save?: string,
  ): Promise<void> {
    const { report, cleaned } = await this.collect(flags, async ({ captures, cleaned: cleanup }) => {
      const { conclude } = await import("../engine/conclude.ts");
      const concluded = conclude(captures);
      const { focus } = await import("../engine/focus.ts");
      await this.print(render(this.areas === null ? concluded : focus(concluded, this.areas), this.terminal.stdout));
      if (save !== undefined) {
        const { saveBundle } = await import("../engine/save-bundle.ts");
        await saveBundle(captures, save, this.config.version);
      }
      return { report: concluded, cleaned: await cleanup };
    });
    process.exitCode = exitCodeOf(report, failOn);
    this.reportLeftovers(cleaned);
  }

  /** Prints every object that would be created, and creates none. */
  protected async rehearse(flags: RunFlagValues): Promise<void> {
    const interruption = watchInterruption(durationFlag("timeout", flags.timeout), (line) => this.say(line));
    try {
      const { plannedObjects } = await import("../engine/planned-objects.ts");
      const planned = await plannedObjects(
        requestOf(
          flags,
          this.probes,
          interruption,
          () => undefined,
          () => undefined,
        ),
      );
      if (!planned.known) throw new AccessError(planned.detail);
      await this.print(planned.value);
    } finally {
      interruption.end();
    }
  }

  protected reportLeftovers(left: readonly string[]): void {
    for (const object of left) this.say(`left in the cluster: ${object}; run: kubectl netdoctor cleanup`);
  }

  /** Runs `use` with the captures, under the time limit and Ctrl-C, with progress on stderr. */
  protected async collect<T>(flags: RunFlagValues, use: (obtained: Obtained) => Promise<T>): Promise<T> {
    const progress = createProgress(this.terminal.stderr, { quiet: flags.quiet === true });
    const interruption = watchInterruption(durationFlag("timeout", flags.timeout), (line) => progress.note(line));
    try {
      const { obtain } = await import("../engine/obtain.ts");
      const obtained = await obtain(
        requestOf(
          flags,
          this.probes,
          interruption,
          (left) => this.reportLeftovers(left),
          (what) => progress.step(what),
        ),
      );
      progress.end();
      if (!obtained.known)
        throw new AccessError(obtained.detail, "check the path; a bundle comes from kubectl netdoctor collect");
      return await use(obtained.value);
    } catch (cause) {
      if (interruption.interrupted()) throw new InterruptedError();
      throw cause;
    } finally {
      progress.end();
      interruption.end();
    }
  }
}

/** The flag's options are these words; anything else was refused when it was parsed. */
export function thresholdOf(text: string): Severity | "never" {
  return text === "warning" || text === "info" || text === "never" ? text : "error";
}

function requestOf(
  flags: RunFlagValues,
  probes: boolean,
  interruption: Interruption,
  onLeft: (left: readonly string[]) => void,
  onProgress: (what: string) => void,
): Request {
  const requestTimeout = flags["request-timeout"];
  return {
    bundle: flags.bundle ?? null,
    connection: connectionOptions(
      flags,
      requestTimeout === undefined || requestTimeout === "0"
        ? undefined
        : durationFlag("request-timeout", requestTimeout),
    ),
    apiOnly: flags["api-only"] === true,
    image: flags.image,
    pullPolicy:
      flags["image-pull-policy"] === "Always"
        ? "Always"
        : flags["image-pull-policy"] === "Never"
          ? "Never"
          : "IfNotPresent",
    pullSecret: flags["image-pull-secret"] ?? null,
    probes,
    limits: { nodePodMs: durationFlag("pod-timeout", flags["pod-timeout"]), probePodMs: 10_000 },
    egress: { targets: (flags.egress ?? []).map(egressTarget), off: flags["no-egress"] === true },
    nodes: (flags.nodes ?? "")
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== ""),
    onProgress,
    onNamespace: (namespace) => interruption.note(namespace),
    onLeft,
    signal: interruption.signal,
  };
}

function egressTarget(text: string): { readonly ip: string; readonly port: number } {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|(\d{1,3}(?:\.\d{1,3}){3})):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  const ip = match?.[1] ?? match?.[2];
  if (ip === undefined || port < 1 || port > 65535)
    throw new UsageError(`expected \`--egress\` to be an address and port like 192.0.2.1:443, got \`${text}\``);
  return { ip, port };
}
