import * as Flags from "@oclif/core/flags";
import { BaseCommand } from "../cli/base-command.ts";
import { durationFlag } from "../cli/duration.ts";
import { AccessError } from "../cli/errors.ts";
import { connectionOptions, kubeFlags } from "../cli/flags.ts";

export default class Cleanup extends BaseCommand {
  static override summary = "Delete what killed runs left in the cluster";
  static override examples = ["<%= config.bin %> cleanup", "<%= config.bin %> cleanup --dry-run"];
  static override flags = {
    "older-than": Flags.string({
      description: "leave younger runs alone: they may still be going",
      helpValue: "DURATION",
    }),
    "dry-run": Flags.boolean({ description: "list what would be deleted" }),
    ...kubeFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Cleanup);
    const age = flags["older-than"];
    const signal = AbortSignal.timeout(300_000);
    const { cleanup } = await import("../engine/cleanup.ts");
    const found = await cleanup(connectionOptions(flags), {
      olderThanMs: age === undefined ? 0 : durationFlag("older-than", age),
      dryRun: flags["dry-run"],
      signal,
      now: new Date(),
    });
    if (!found.known)
      throw new AccessError(found.detail, "listing namespaces takes the rights that `kubectl netdoctor rbac` prints");
    if (found.value.length === 0) return this.print("nothing to clean up");
    for (const { namespace, startedAt, left } of found.value) {
      await this.print(
        `namespace/${namespace} of ${startedAt === "" ? "an unknown time" : startedAt} ${left.length === 0 ? "deleted" : left.join("; ")}`,
      );
    }
    if (!flags["dry-run"] && found.value.some(({ left }) => left.length > 0)) process.exitCode = 4;
  }
}
