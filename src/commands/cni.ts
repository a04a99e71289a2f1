import { allNamespacesFlag, kubeFlags, runFlags } from "../cli/flags.ts";
import { outputFlags } from "../cli/outputs.ts";
import { ReportCommand } from "../cli/report-command.ts";

export default class Cni extends ReportCommand {
  static override summary = "Show the CNI of every Node, the way between Nodes, MTU and encapsulation";
  static override examples = ["<%= config.bin %> cni", "<%= config.bin %> cni --bundle netdoctor.tar.gz"];
  static override flags = { ...outputFlags, ...runFlags, ...allNamespacesFlag, ...kubeFlags };

  protected override readonly probes = false;

  protected override readonly areas = ["cni", "overlay", "mtu"];

  async run(): Promise<void> {
    const { flags } = await this.parse(Cni);
    await this.examine(flags, { view: "cni" });
  }
}
