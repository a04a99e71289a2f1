import { exitCodeOf } from "../engine/exit-code.ts";
import type { Obtained } from "../engine/obtain.ts";
import type { Severity } from "../model/finding.ts";
import type { Report } from "../model/report.ts";
import { BaseCommand } from "./base-command.ts";
import { durationFlag } from "./duration.ts";
import { AccessError, InterruptedError } from "./errors.ts";
import { watchInterruption } from "./interruption.ts";
import { ensureWritable, type Output, type OutputFlagValues, plannedOutputs, writeOutputFile } from "./outputs.ts";
import { createProgress } from "./progress.ts";
import { renderingOf, type View } from "./renderings.ts";
import { type RunFlagValues, requestOf } from "./request.ts";

export type { RunFlagValues } from "./request.ts";

/** How a command examines and shows; everything may be left out. */
export interface Examination {
  readonly view?: View;
  /** Least severity that makes the exit code 1; `never` where it is left out. */
  readonly failOn?: Severity | "never";
  /** Also writes what was read to this bundle. */
  readonly save?: string | undefined;
  /** Keys of findings that are known and do not count. */
  readonly baseline?: ReadonlySet<string> | undefined;
}

/** A command that examines a cluster or a bundle and prints one view of the report. */
export abstract class ReportCommand extends BaseCommand {
  /** Areas of checks that a view is about; null = all. */
  protected readonly areas: readonly string[] | null = null;

  /** False for views that need the Nodes read and nothing sent. */
  protected readonly probes: boolean = true;

  /** Collects, concludes, prints; the exit code follows from the whole report. */
  protected async examine(flags: RunFlagValues & OutputFlagValues, examination: Examination = {}): Promise<void> {
    const outputs = plannedOutputs(flags);
    await this.ensureFiles(outputs, examination);
    const report = await this.examineOnce(flags, examination, (shown) => this.present(shown, outputs, examination));
    process.exitCode = exitCodeOf(report, examination.failOn ?? "never");
  }

  protected async ensureFiles(outputs: readonly Output[], { save }: Examination): Promise<void> {
    const files = outputs.flatMap(({ file }) => (file === null ? [] : [file]));
    await ensureWritable(save === undefined ? files : [...files, save]);
  }

  /** One run; what it created is gone, or told, when this resolves. The report is shown while the cleanup still runs. */
  protected async examineOnce(
    flags: RunFlagValues,
    { save, baseline }: Examination,
    show: (report: Report) => Promise<void>,
  ): Promise<Report> {
    const { report, cleaned } = await this.collect(flags, async ({ captures, cleaned: cleanup }) => {
      const { conclude } = await import("../engine/conclude.ts");
      const { compareWith } = await import("../engine/baseline.ts");
      const found = conclude(captures);
      const concluded = baseline === undefined ? found : compareWith(found, baseline);
      const { focus } = await import("../engine/focus.ts");
      await show(this.areas === null ? concluded : focus(concluded, this.areas));
      if (save !== undefined) {
        const { saveBundle } = await import("../engine/save-bundle.ts");
        await saveBundle(captures, save, this.config.version);
      }
      return { report: concluded, cleaned: await cleanup };
    });
    this.reportLeftovers(cleaned);
    return report;
  }

  /** Writes every form of the report to where it goes. */
  protected async present(report: Report, outputs: readonly Output[], { view, failOn }: Examination): Promise<void> {
    const { stdout } = this.terminal;
    const known = { version: this.config.version, failOn: failOn ?? "never" };
    for (const { format, file } of outputs) {
      const render = await renderingOf(format, view);
      if (file === null) await this.print(render(report, { ...known, ...stdout }));
      else await writeOutputFile(file, render(report, { ...known, width: 120, color: false, unicode: true }));
    }
  }

  /** Prints every object that would be created, and creates none. */
  protected async rehearse(flags: RunFlagValues): Promise<void> {
    const interruption = watchInterruption(durationFlag("timeout", flags.timeout), (line) => this.say(line));
    const ignore = (): void => undefined;
    try {
      const { plannedObjects } = await import("../engine/planned-objects.ts");
      const planned = await plannedObjects(
        requestOf(flags, this.probes, {
          onProgress: ignore,
          onNamespace: (namespace) => interruption.note(namespace),
          onLeft: ignore,
          signal: interruption.signal,
        }),
      );
      if (!planned.known) throw new AccessError(planned.detail);
      await this.print(planned.value);
    } finally {
      interruption.end();
    }
  }

  /** Runs `use` with the captures, under the time limit and Ctrl-C, with progress on stderr. */
  protected async collect<T>(flags: RunFlagValues, use: (obtained: Obtained) => Promise<T>): Promise<T> {
    const progress = createProgress(this.terminal.stderr, { quiet: flags.quiet === true });
    const interruption = watchInterruption(durationFlag("timeout", flags.timeout), (line) => progress.note(line));
    try {
      const { obtain } = await import("../engine/obtain.ts");
      const obtained = await obtain(
        requestOf(flags, this.probes, {
          onProgress: (what) => progress.step(what),
          onNamespace: (namespace) => interruption.note(namespace),
          onLeft: (left) => this.reportLeftovers(left),
          signal: interruption.signal,
        }),
      );
      progress.end();
      if (!obtained.known)
        throw new AccessError(obtained.detail, "check the path; a bundle comes from kubectl netdoctor collect");
      // Readers that were stopped answer "unknown", which is no answer about the cluster.
      if (interruption.signal.aborted) this.reportLeftovers(await obtained.value.cleaned);
      interruption.signal.throwIfAborted();
      const used = await use(obtained.value);
      if (interruption.interrupted()) throw new InterruptedError();
      return used;
    } catch (cause) {
      throw interruption.meaningOf(cause);
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
