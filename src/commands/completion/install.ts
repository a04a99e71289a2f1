import * as Flags from "@oclif/core/flags";
import { BaseCommand } from "../../cli/base-command.ts";
import { AccessError } from "../../cli/errors.ts";

export default class CompletionInstall extends BaseCommand {
  static override summary = "Put kubectl_complete-netdoctor on PATH, which kubectl asks for completions";
  static override description =
    `kubectl 1.26 and newer complete the arguments of a plugin by running that program. It is a shell script of two
lines that calls netdoctor. kubectl's own completion must be on: kubectl completion --help.`;
  static override examples = [
    "<%= config.bin %> completion install",
    "<%= config.bin %> completion install --dir ~/.local/bin",
  ];
  static override flags = {
    dir: Flags.string({ description: "directory on PATH (default: where kubectl-netdoctor is)", helpValue: "DIR" }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(CompletionInstall);
    const { installCompletion } = await import("../../engine/completion/install.ts");
    const { env, platform } = process;
    const installed = await installCompletion({ directory: flags.dir ?? null, env, platform });
    if (!installed.known) throw new AccessError(installed.detail, "name a directory on PATH with --dir");
    await this.print(`wrote ${installed.value.path}`);
    if (!installed.value.onPath) this.say("that directory is not on PATH: kubectl finds the program only there");
  }
}
