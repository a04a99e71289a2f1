import { BaseCommand } from "../../cli/base-command.ts";

export default class CompletionPrint extends BaseCommand {
  static override summary = "Print what completion install writes";
  static override examples = ["<%= config.bin %> completion print > ~/.local/bin/kubectl_complete-netdoctor"];

  async run(): Promise<void> {
    await this.parse(CompletionPrint);
    const { completionShim } = await import("../../engine/completion/install.ts");
    await this.print(completionShim(process.platform).text);
  }
}
