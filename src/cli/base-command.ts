import { Command } from "@oclif/core/command";
import { endingOf } from "./errors.ts";
import { processTerminal, write } from "./terminal.ts";

/** What every command shares: where its output goes, and how its errors end. */
export abstract class BaseCommand extends Command {
  protected readonly terminal = processTerminal();

  protected print(text: string): Promise<void> {
    return write(this.terminal.stdout, text.endsWith("\n") ? text : `${text}\n`);
  }

  protected say(line: string): void {
    this.terminal.stderr.stream.write(`${line}\n`);
  }

  /** oclif would end with 1 for any error, which is the code for findings. */
  protected override async catch(error: Error): Promise<void> {
    const verbose = this.argv.includes("-v") || this.argv.includes("--verbose");
    const { exitCode, lines } = endingOf(error, { version: this.config.version, verbose });
    for (const line of lines) this.say(line);
    process.exitCode = exitCode;
  }
}
