import * as Flags from "@oclif/core/flags";
import { BaseCommand } from "../cli/base-command.ts";

export default class Version extends BaseCommand {
  static override summary = "Print the version";
  static override flags = {
    output: Flags.string({ char: "o", description: "format", options: ["text", "json"], default: "text" }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Version);
    const facts = {
      version: this.config.version,
      node: process.versions.node,
      platform: `${process.platform}/${process.arch}`,
    };
    await this.print(flags.output === "json" ? JSON.stringify(facts, null, 2) : `netdoctor ${facts.version}`);
  }
}
