import { BaseCommand } from "../cli/base-command.ts";
import { kubeFlags } from "../cli/flags.ts";

export default class Options extends BaseCommand {
  static override summary = "List the connection flags, which every command that needs a cluster takes";
  static override examples = ["<%= config.bin %> options"];

  async run(): Promise<void> {
    await this.parse(Options);
    const { optionsHelp } = await import("../cli/help/program-help.ts");
    const { helpWidth } = await import("../cli/help.ts");
    await this.print(optionsHelp(kubeFlags, helpWidth(this.terminal.stdout.width)));
  }
}
