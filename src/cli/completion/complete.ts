import { connectionOptions, kubeFlags } from "../flags.ts";
import type { Described } from "../help/command-help.ts";
import { commandFlags, type ShownFlag } from "../help/flag-rows.ts";
import { type Candidates, candidatesFor, NOTHING, namedValues } from "./candidates.ts";
import { readLine, type TypedLine } from "./line.ts";

type Table = Readonly<Record<string, Described>>;

/** cobra's ShellCompDirective, which kubectl hands on to the shell. */
const NO_SPACE = 2;
const NO_FILES = 4;

/**
 * The answer to `kubectl_complete-netdoctor WORDS`: a line for each completion, with a description after a tab, and a directive
 * in the last (cobra's __complete protocol, as kubectl 1.26 and newer ask of plugins). Nothing is an answer too; it never fails.
 */
export async function complete(given: readonly string[], table: Table): Promise<string> {
  const { entries, files, whole } = await found(given, table).catch(() => NOTHING);
  const word = given.at(-1) ?? "";
  const fitting = entries.filter(({ text }) => text.startsWith(word) && !UNSAFE.test(text));
  const open = !whole || fitting.some(({ text }) => text.endsWith("/") || text.endsWith("="));
  const directive = (files ? 0 : NO_FILES) + (open && fitting.length > 0 ? NO_SPACE : 0);
  const lines = fitting.map(({ text, about }) => (about === "" ? text : `${text}\t${oneLine(about)}`));
  return `${[...lines, `:${directive}`].join("\n")}\n`;
}

async function found(given: readonly string[], table: Table): Promise<Candidates> {
  const general = commandFlags(kubeFlags);
  const start = readLine(given, general);
  const id = commandOf(start.words, table);
  const command = id === null ? undefined : table[id];
  const flags = command === undefined ? general : commandFlags(command.flags ?? {});
  const line = readLine(given, flags);
  if (line.wants.kind === "flag") return flagNames(flags, line);
  const connection = connectionOptions(connectionValues(line));
  if (line.wants.kind === "value") return namedValues(line.wants.flag, line.wants.prefix, line.word, connection);
  if (id === null || command === undefined) return commandNames(start.words, table);
  const place = line.words.length - id.split(":").length;
  const arg = Object.keys(command.args ?? {})[place];
  return arg === undefined ? NOTHING : candidatesFor(id, arg, line.word, connection);
}

/** The longest id that the words spell; null where they are none, or a topic. */
function commandOf([first = "", second = ""]: readonly string[], table: Table): string | null {
  const nested = `${first}:${second}`;
  if (Object.hasOwn(table, nested)) return nested;
  return Object.hasOwn(table, first) ? first : null;
}

function commandNames(words: readonly string[], table: Table): Candidates {
  const [topic] = words[0] === "help" ? words.slice(1) : words;
  const prefix = topic === undefined ? "" : `${topic}:`;
  const names = new Map<string, string>();
  for (const [id, { summary = "", hidden }] of Object.entries(table)) {
    if (hidden === true || !id.startsWith(prefix)) continue;
    const [name = "", more] = id.slice(prefix.length).split(":");
    names.set(name, more === undefined ? summary : `commands of ${name}`);
  }
  return { entries: [...names].map(([text, about]) => ({ text, about })), files: false, whole: true };
}

function flagNames(flags: readonly ShownFlag[], { values }: TypedLine): Candidates {
  const help = { text: "--help", about: "help for this command" };
  const entries = flags
    .filter(({ name }) => !values.has(name) || name === "output" || name === "egress")
    .map(({ name, description }) => ({ text: `--${name}`, about: description }));
  return { entries: [...entries, help], files: false, whole: true };
}

/** The connection flags that were typed so far; one that may be repeated keeps all its values. */
function connectionValues({ values }: TypedLine): Parameters<typeof connectionOptions>[0] {
  const last = (name: string): string | undefined => values.get(name)?.at(-1);
  const all = (name: string): string[] | undefined => (values.has(name) ? [...(values.get(name) ?? [])] : undefined);
  return {
    kubeconfig: last("kubeconfig"),
    context: last("context"),
    cluster: last("cluster"),
    user: last("user"),
    namespace: last("namespace"),
    server: last("server"),
    token: last("token"),
    as: last("as"),
    "as-group": all("as-group"),
    "as-uid": last("as-uid"),
    "certificate-authority": last("certificate-authority"),
    "client-certificate": last("client-certificate"),
    "client-key": last("client-key"),
    "insecure-skip-tls-verify": values.has("insecure-skip-tls-verify") || undefined,
    "tls-server-name": last("tls-server-name"),
  };
}

/** What would begin a line or act on the terminal: no name that Kubernetes allows has it. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const oneLine = (text: string): string => text.replace(/\s+/g, " ");
