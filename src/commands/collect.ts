import * as Flags from "@oclif/core/flags";
import { allNamespacesFlag, kubeFlags, runFlags } from "../cli/flags.ts";
import { ensureWritable } from "../cli/outputs.ts";
import { ReportCommand } from "../cli/report-command.ts";

export default class Collect extends ReportCommand {
  static override summary = "Write what check would read to a bundle, for another machine or another day";
  static override description =
    `Secrets are never read, and what looks like a credential in a configuration is replaced. Names and addresses
are kept: the analysis needs them. docs/BUNDLE.md describes the format.`;
  static override examples = ["<%= config.bin %> collect", "<%= config.bin %> collect --file /tmp/prod.tar.gz"];
  static override flags = {
    file: Flags.string({
      char: "f",
      description: "file to write (default: netdoctor-<time>.tar.gz)",
      helpValue: "FILE",
    }),
    ...runFlags,
    ...allNamespacesFlag,
    ...kubeFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Collect);
    const file = flags.file ?? `netdoctor-${new Date().toISOString().replace(/[:.]/g, "-").slice(0, 19)}.tar.gz`;
    await ensureWritable([file]);
    const left = await this.collect(flags, async ({ captures, cleaned }) => {
      const { saveBundle } = await import("../engine/save-bundle.ts");
      const { count, incomplete } = await saveBundle(captures, file, this.config.version);
      await this.print(`${file}: ${count} captures; examine it with: kubectl netdoctor check --bundle ${file}`);
      if (incomplete > 0) process.exitCode = 4;
      return cleaned;
    });
    this.reportLeftovers(left);
  }
}
