import type { Report } from "../model/report.ts";
import { endingOf, InterruptedError, UsageError } from "./errors.ts";
import { type Output, type OutputFlagValues, plannedOutputs } from "./outputs.ts";
import { interruptiblePauses } from "./pause.ts";
import { createProgress } from "./progress.ts";
import type { Format } from "./renderings.ts";
import { type Examination, ReportCommand } from "./report-command.ts";
import type { RunFlagValues } from "./request.ts";

/** Forms that can follow each other on stdout: text shows changes, documents are whole each time. */
const STREAMS: readonly Format[] = ["table", "wide", "json", "yaml"];

/** A command that can examine again and again. Each run has a namespace of its own, and deletes it before the pause begins. */
export abstract class WatchCommand extends ReportCommand {
  /** Runs until Ctrl-C, which ends with what a single interrupted run ends with. The first run must succeed; a later one may fail. */
  protected async watch(
    flags: RunFlagValues & OutputFlagValues,
    examination: Examination,
    pauseMs: number,
  ): Promise<never> {
    const outputs = plannedOutputs(flags);
    refuseUnwatchable(flags, outputs);
    await this.ensureFiles(outputs, examination);
    const pauses = interruptiblePauses();
    try {
      let before: Report | null = null;
      for (;;) {
        before = await this.runAgain(flags, examination, outputs, before);
        const progress = createProgress(this.terminal.stderr, { quiet: flags.quiet === true });
        progress.step(`waiting ${Math.round(pauseMs / 1000)} s for the next run; Ctrl-C ends`);
        const interrupted = await pauses.pause(pauseMs);
        progress.end();
        if (interrupted || this.terminal.stdout.stream.destroyed) throw new InterruptedError();
      }
    } finally {
      pauses.end();
    }
  }

  private async runAgain(
    flags: RunFlagValues,
    examination: Examination,
    outputs: readonly Output[],
    before: Report | null,
  ): Promise<Report | null> {
    try {
      return await this.examineOnce(flags, examination, (report) => this.show(report, before, outputs, examination));
    } catch (cause) {
      const ending = endingOf(cause, { version: this.config.version, verbose: false });
      if (before === null || cause instanceof InterruptedError || cause instanceof UsageError) throw cause;
      for (const line of ending.lines) this.say(line);
      return before;
    }
  }

  private async show(
    report: Report,
    before: Report | null,
    outputs: readonly Output[],
    examination: Examination,
  ): Promise<void> {
    const [main, ...files] = outputs;
    if (before === null || main === undefined || main.file !== null) return this.present(report, outputs, examination);
    await this.present(report, files, examination);
    if (main.format === "json" || main.format === "yaml") {
      if (main.format === "yaml") await this.print("---");
      return this.present(report, [main], examination);
    }
    const { changesBetween } = await import("../engine/baseline.ts");
    const { renderChanges } = await import("../report/changes.ts");
    const changes = renderChanges(report, changesBetween(before, report), this.terminal.stdout);
    if (changes !== "") await this.print(changes);
  }
}

/** Throws UsageError for what cannot go on: a bundle, a form of which two do not follow each other. */
export function refuseUnwatchable(flags: Pick<RunFlagValues, "bundle">, outputs: readonly Output[]): void {
  if (flags.bundle !== undefined)
    throw new UsageError("expected one of `--watch` and `--bundle`: a bundle does not change");
  const main = outputs.find(({ file }) => file === null);
  if (main !== undefined && !STREAMS.includes(main.format))
    throw new UsageError(
      `expected \`-o\` to be one of ${STREAMS.join(", ")} with \`--watch\`, got \`${main.format}\`; ` +
        `-o ${main.format}=FILE writes a file anew after each run`,
    );
}
