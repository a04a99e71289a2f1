import { Command } from "@oclif/core/command";
import { endingOf } from "./errors.ts";
import { verbosityOf } from "./kubectl-arguments.ts";
import { processTerminal, write } from "./terminal.ts";

/** What every command shares: where its output goes, and how its errors end. */
export abstract class BaseCommand extends Command {
  protected readonly terminal = processTerminal();

  /** Parses and runs. Errors end it as `catch` says. */
  start(): Promise<unknown> {
    return this._run();
  }

  protected print(text: string): Promise<void> {
    return write(this.terminal.stdout, text.endsWith("\n") ? text : `${text}\n`);
  }

  protected say(line: string): void {
    this.terminal.stderr.stream.write(`${line}\n`);
  }

  protected reportLeftovers(left: readonly string[]): void {
    for (const object of left) this.say(`left in the cluster: ${object}; run: kubectl netdoctor cleanup`);
  }

  /** oclif would end with 1 for any error, which is the code for findings. */
  protected override async catch(error: Error): Promise<void> {
    const verbose = verbosityOf(this.argv) > 0;
    const { exitCode, lines } = endingOf(error, { version: this.config.version, verbose });
    for (const line of lines) this.say(line);
    process.exitCode = exitCode;
  }
}
