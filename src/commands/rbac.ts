import * as Flags from "@oclif/core/flags";
import { BaseCommand } from "../cli/base-command.ts";
import { clusterRole } from "../engine/rbac.ts";

export default class Rbac extends BaseCommand {
  static override summary = "Print the least rights that a mode needs, as a ClusterRole";
  static override examples = ["<%= config.bin %> rbac | kubectl apply -f -", "<%= config.bin %> rbac --mode api-only"];
  static override flags = {
    mode: Flags.string({
      description: "full creates the run's Pods; api-only reads",
      options: ["full", "api-only"],
      default: "full",
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Rbac);
    const { dump } = await import("js-yaml");
    await this.print(dump(clusterRole(flags.mode === "api-only" ? "api-only" : "full"), { noRefs: true }));
  }
}
