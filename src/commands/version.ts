import * as Flags from "@oclif/core/flags";
import { BaseCommand } from "../cli/base-command.ts";
import { buildCommit } from "../cli/build-commit.ts";
import { connectionOptions, kubeFlags } from "../cli/flags.ts";

/** Go's names of platforms, as kubectl prints them. */
const SYSTEMS: Readonly<Record<string, string>> = { win32: "windows" };
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };

export default class Version extends BaseCommand {
  static override summary = "Print the version of netdoctor and of the API server";
  static override examples = [
    { description: "Ask no server", command: "<%= config.bin %> version --client" },
    { description: "For a program", command: "<%= config.bin %> version -o json" },
  ];
  static override flags = {
    client: Flags.boolean({ description: "leave the server out" }),
    output: Flags.string({ char: "o", description: "form", options: ["text", "json", "yaml"], default: "text" }),
    ...kubeFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Version);
    const clientVersion = {
      gitVersion: `v${this.config.version}`,
      ...(buildCommit() === "" ? {} : { gitCommit: buildCommit() }),
      platform: `${SYSTEMS[process.platform] ?? process.platform}/${ARCHITECTURES[process.arch] ?? process.arch}`,
      runtime: process.versions.bun === undefined ? `node ${process.versions.node}` : `bun ${process.versions.bun}`,
    };
    const serverVersion = flags.client ? null : await this.askServer(flags);
    const facts = { clientVersion, ...(serverVersion === null ? {} : { serverVersion }) };
    await this.print(await shown(facts, flags.output));
  }

  /** A server that cannot be asked is no error of `version`: it says so on stderr. */
  private async askServer(
    flags: Parameters<typeof connectionOptions>[0],
  ): Promise<Readonly<Record<string, unknown>> | null> {
    const { serverVersion } = await import("../engine/server-version.ts");
    const learned = await serverVersion(connectionOptions(flags));
    if (learned.known) return learned.value;
    this.say(`server version not known: ${learned.detail}`);
    return null;
  }
}

async function shown(
  facts: {
    readonly clientVersion: { readonly gitVersion: string };
    readonly serverVersion?: Readonly<Record<string, unknown>>;
  },
  form: string,
): Promise<string> {
  if (form === "json") return JSON.stringify(facts, null, 2);
  if (form === "yaml") return (await import("js-yaml")).dump(facts);
  const server =
    facts.serverVersion === undefined ? [] : [`Server Version: ${oneLine(facts.serverVersion.gitVersion)}`];
  return [`Client Version: ${facts.clientVersion.gitVersion}`, ...server].join("\n");
}

const oneLine = (text: unknown): string =>
  (typeof text === "string" ? text : "unknown").replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
