import { Config, Plugin } from "@oclif/core/config";
import { flush } from "@oclif/core/flush";
import type { PJSON } from "@oclif/core/interfaces";
import { run } from "@oclif/core/run";
import pjson from "../../package.json" with { type: "json" };
import { commands } from "./command-table.ts";
import { endingOf } from "./errors.ts";
import { ignoreBrokenPipes, processTerminal } from "./terminal.ts";

/** oclif without its file system: the command table is in the bundle, and no plugin, hook or update check exists. */
async function main(argv: readonly string[]): Promise<void> {
  const terminal = processTerminal();
  ignoreBrokenPipes(terminal);
  try {
    Object.defineProperty(Plugin.prototype, "loadCommandsFromTarget", { value: async () => commands });
    const oclif: PJSON["oclif"] = {
      bin: "kubectl netdoctor",
      dirname: "kubectl-netdoctor",
      topicSeparator: " ",
      commands: { strategy: "explicit", target: "./none", identifier: "none" },
      additionalHelpFlags: ["-h"],
    };
    const config = new Config({
      root: import.meta.dirname,
      pjson: { ...pjson, oclif },
      ignoreManifest: true,
      userPlugins: false,
      devPlugins: false,
    });
    await config.load();
    await run([...argv], config);
    await flush();
  } catch (error) {
    const { exitCode, lines } = endingOf(error, {
      version: pjson.version,
      verbose: argv.includes("-v") || argv.includes("--verbose"),
    });
    for (const line of lines) terminal.stderr.stream.write(`${line}\n`);
    process.exitCode = exitCode;
  }
}

void main(process.argv.slice(2));
