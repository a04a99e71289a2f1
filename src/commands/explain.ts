import * as Args from "@oclif/core/args";
import { BaseCommand } from "../cli/base-command.ts";
import { UsageError } from "../cli/errors.ts";

export default class Explain extends BaseCommand {
  static override summary = "Print the page of a finding: what it says, how to confirm and mend it";
  static override examples = [
    "<%= config.bin %> explain vxlan-port-blocked",
    { description: "List every finding", command: "<%= config.bin %> explain" },
  ];
  static override args = { finding: Args.string({ description: "id of a finding" }) };

  async run(): Promise<void> {
    const { args } = await this.parse(Explain);
    const { explain } = await import("../engine/explain.ts");
    const explained = explain(args.finding);
    if (!explained.known) throw new UsageError(explained.detail);
    await this.print(explained.value);
  }
}
