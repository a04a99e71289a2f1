import * as Flags from "@oclif/core/flags";
import { kubeFlags, runFlags } from "../cli/flags.ts";
import { outputFlag, renderingOf } from "../cli/renderings.ts";
import { ReportCommand, thresholdOf } from "../cli/report-command.ts";

export default class Check extends ReportCommand {
  static override summary = "Examine the cluster's network and name what is broken";
  static override description =
    `Reads the API and, through one privileged Pod a Node, the state of every Node's network; sends probes from
Pods; names root causes with their evidence and the next command. What it created it deletes.

Exit codes: 0 nothing found, 1 findings, 2 usage, 3 could not run, 4 incomplete, 70 a bug, 130 interrupted.`;
  static override examples = [
    { description: "Examine the current context's cluster", command: "<%= config.bin %> check" },
    { description: "Create no Pod", command: "<%= config.bin %> check --api-only" },
    {
      description: "Examine a bundle from another machine",
      command: "<%= config.bin %> check --bundle netdoctor.tar.gz",
    },
    { description: "See every object it would create", command: "<%= config.bin %> check --dry-run" },
  ];
  static override flags = {
    ...outputFlag,
    ...runFlags,
    "fail-on": Flags.string({
      description: "least severity that makes the exit code 1",
      options: ["error", "warning", "info", "never"],
      default: "error",
    }),
    save: Flags.string({ description: "also write what was read to a bundle", helpValue: "FILE" }),
    "dry-run": Flags.boolean({ description: "print every object that would be created, and create none" }),
    ...kubeFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Check);
    if (flags["dry-run"]) return this.rehearse(flags);
    await this.examine(flags, await renderingOf(flags.output), thresholdOf(flags["fail-on"]), flags.save);
  }
}
