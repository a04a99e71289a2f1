import { allNamespacesFlag, kubeFlags, runFlags } from "../cli/flags.ts";
import { outputFlags } from "../cli/outputs.ts";
import { ReportCommand } from "../cli/report-command.ts";

export default class Cidr extends ReportCommand {
  static override summary = "Show the Node, Pod and Service ranges, with their sources, overlaps and capacity";
  static override examples = ["<%= config.bin %> cidr", "<%= config.bin %> cidr --bundle netdoctor.tar.gz"];
  static override flags = { ...outputFlags, ...runFlags, ...allNamespacesFlag, ...kubeFlags };

  protected override readonly probes = false;

  protected override readonly areas = ["ranges"];

  async run(): Promise<void> {
    const { flags } = await this.parse(Cidr);
    await this.examine(flags, { view: "cidr" });
  }
}
