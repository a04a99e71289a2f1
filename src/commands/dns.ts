import { allNamespacesFlag, kubeFlags, runFlags } from "../cli/flags.ts";
import { outputFlags } from "../cli/outputs.ts";
import { ReportCommand } from "../cli/report-command.ts";

export default class Dns extends ReportCommand {
  static override summary = "Ask every replica of the cluster DNS from every Node";
  static override examples = ["<%= config.bin %> dns", "<%= config.bin %> dns --bundle netdoctor.tar.gz"];
  static override flags = { ...outputFlags, ...runFlags, ...allNamespacesFlag, ...kubeFlags };

  protected override readonly areas = ["dns"];

  async run(): Promise<void> {
    const { flags } = await this.parse(Dns);
    await this.examine(flags, { view: "dns" });
  }
}
