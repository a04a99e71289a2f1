import { Config, Plugin } from "@oclif/core/config";
import type { PJSON } from "@oclif/core/interfaces";
import pjson from "../../package.json" with { type: "json" };
import { askedFor } from "./command-line.ts";
import { commands } from "./command-table.ts";
import { endingOf, UsageError } from "./errors.ts";
import { kubectlArguments, verbosityOf } from "./kubectl-arguments.ts";
import { ignoreBrokenPipes, processTerminal, write } from "./terminal.ts";
import { withWatchValue } from "./watch-argument.ts";

const table = new Map(Object.entries(commands));

/** Parses with oclif, without its file system, help, plugins, hooks and update check: the command table is in the bundle. */
async function main(argv: readonly string[]): Promise<void> {
  const terminal = processTerminal();
  ignoreBrokenPipes(terminal);
  try {
    if (argv[0] === "__complete") {
      const { complete } = await import("./completion/complete.ts");
      return await write(terminal.stdout, await complete(argv.slice(1), commands));
    }
    const asked = askedFor(withWatchValue(kubectlArguments(argv)), [...table.keys()]);
    if (asked.kind === "wrong") throw new UsageError(asked.message);
    if (asked.kind === "help") {
      const { helpFor } = await import("./help.ts");
      return await write(terminal.stdout, helpFor(asked.id, commands, terminal.stdout.width));
    }
    const command = table.get(asked.id);
    if (command !== undefined) await new command([...asked.argv], await configuration()).start();
  } catch (error) {
    const { exitCode, lines } = endingOf(error, {
      version: pjson.version,
      verbose: verbosityOf(argv) > 0,
    });
    for (const line of lines) terminal.stderr.stream.write(`${line}\n`);
    process.exitCode = exitCode;
  }
}

/** What oclif's parser wants around a command. Its own table stays empty: the command is found before. */
async function configuration(): Promise<Config> {
  Object.defineProperty(Plugin.prototype, "loadCommandsFromTarget", { value: async () => ({}) });
  const oclif: PJSON["oclif"] = {
    bin: "kubectl netdoctor",
    dirname: "kubectl-netdoctor",
    topicSeparator: " ",
    commands: { strategy: "explicit", target: "./none", identifier: "none" },
  };
  const config = new Config({
    root: import.meta.dirname,
    pjson: { ...pjson, oclif },
    ignoreManifest: true,
    userPlugins: false,
    devPlugins: false,
  });
  await config.load();
  return config;
}

void main(process.argv.slice(2));
