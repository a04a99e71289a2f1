import * as Flags from "@oclif/core/flags";
import { baselineOf } from "../cli/baseline-file.ts";
import { allNamespacesFlag, kubeFlags, runFlags } from "../cli/flags.ts";
import { outputFlags } from "../cli/outputs.ts";
import { thresholdOf } from "../cli/report-command.ts";
import { watchPauseMs } from "../cli/watch-argument.ts";
import { WatchCommand } from "../cli/watch-command.ts";

export default class Check extends WatchCommand {
  static override summary = "Examine the cluster's network and name what is broken";
  static override description =
    `Reads the API and, through one privileged Pod a Node, the state of every Node's network; sends probes from
Pods; names root causes with their evidence and the next command. What it created it deletes.

Exit codes: 0 nothing found, 1 findings, 2 usage, 3 could not run, 4 incomplete, 70 a bug, 130 interrupted.`;
  static override examples = [
    { description: "Examine the current context's cluster", command: "<%= config.bin %> check" },
    { description: "Create no Pod", command: "<%= config.bin %> check --api-only" },
    {
      description: "In CI: the table in the log, JUnit in a file, and only what is new counts",
      command: "<%= config.bin %> check -o junit=report.xml --baseline before.json",
    },
    { description: "A page with a picture of the cluster, to send", command: "<%= config.bin %> check -O report.html" },
    {
      description: "Again every minute; show what appears and what goes away",
      command: "<%= config.bin %> check --watch=1m",
    },
    {
      description: "Examine a bundle from another machine",
      command: "<%= config.bin %> check --bundle netdoctor.tar.gz",
    },
    { description: "See every object it would create", command: "<%= config.bin %> check --dry-run" },
  ];
  static override flags = {
    ...outputFlags,
    "fail-on": Flags.string({
      description: "least severity that makes the exit code 1",
      options: ["error", "warning", "info", "never"],
      default: "error",
    }),
    baseline: Flags.string({
      description: "report of before (-o json): findings in it, by id and subject, are known and do not count",
      helpValue: "FILE",
    }),
    watch: Flags.string({
      char: "w",
      description: "examine again after a pause (default: 30s) until Ctrl-C; show what appeared and what is gone",
      helpValue: "[=DURATION]",
    }),
    ...runFlags,
    save: Flags.string({ description: "also write what was read to a bundle", helpValue: "FILE" }),
    "dry-run": Flags.boolean({ description: "print every object that would be created, and create none" }),
    ...allNamespacesFlag,
    ...kubeFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Check);
    if (flags["dry-run"]) return this.rehearse(flags);
    const examination = {
      failOn: thresholdOf(flags["fail-on"]),
      save: flags.save,
      baseline: flags.baseline === undefined ? undefined : await baselineOf(flags.baseline),
    };
    if (flags.watch === undefined) return this.examine(flags, examination);
    await this.watch(flags, examination, watchPauseMs(flags.watch));
  }
}
