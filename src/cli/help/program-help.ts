import { type Described, section } from "./command-help.ts";
import { commandFlags, flagRows } from "./flag-rows.ts";
import { examplesOf, paragraphs, twoColumns } from "./layout.ts";

type Table = Readonly<Record<string, Described>>;

const SUMMARY =
  "Names what is broken in a cluster's network, with the evidence and the fix, and leaves nothing behind.";
const EXAMPLES = [
  { description: "Examine the cluster of the current context", command: "kubectl netdoctor check" },
  {
    description: "Follow one packet from Pod to Pod, and prove where it dies",
    command: "kubectl netdoctor trace shop/frontend shop/cart-0 --port 8080",
    needs: "trace",
  },
  {
    description: "Print the runbook of a finding",
    command: "kubectl netdoctor explain vxlan-port-blocked",
  },
];
/** The order in which a person needs them; a command that stands in no group is shown in the last. */
const GROUPS: readonly (readonly [title: string, ids: readonly string[]])[] = [
  ["Diagnose", ["check", "trace"]],
  ["Show one part", ["dns", "cni", "cidr", "policy"]],
  ["Keep and compare", ["collect", "explain"]],
  ["Other", ["cleanup", "rbac", "completion", "options", "version"]],
];

/** The help of the program: what it is for, examples, every command in a line. */
export function programHelp(table: Table, width: number): string {
  const shown = rows(table, "");
  const grouped = new Set(GROUPS.flatMap(([, ids]) => ids));
  const left = shown.map(([name]) => name).filter((name) => !grouped.has(name));
  const examples = EXAMPLES.filter(({ needs }) => needs === undefined || Object.hasOwn(table, needs));
  return [
    ...paragraphs(SUMMARY, width, 0),
    ...section("Examples", examplesOf(examples, "", width)),
    ...GROUPS.flatMap(([title, ids], index) => {
      const wanted = index === GROUPS.length - 1 ? [...ids, ...left] : ids;
      const own = wanted.flatMap((id) => shown.filter(([name]) => name === id));
      return section(title, aligned(own, shown, width));
    }),
    ...section("Usage", ["  kubectl netdoctor COMMAND [flags]"]),
    "",
    ...paragraphs('Use "kubectl netdoctor COMMAND --help" for more about a command.', width, 0),
    ...paragraphs('Use "kubectl netdoctor options" for the connection flags, which are kubectl\'s own.', width, 0),
    "",
  ].join("\n");
}

/** The help of a word that stands before others: "completion". */
export function topicHelp(topic: string, table: Table, width: number): string {
  const shown = rows(table, `${topic}:`);
  return [
    ...paragraphs(`${TOPICS[topic] ?? `Commands of ${topic}`}.`, width, 0),
    ...section("Commands", twoColumns(shown, width)),
    ...section("Usage", [`  kubectl netdoctor ${topic} COMMAND [flags]`]),
    "",
  ].join("\n");
}
const TOPICS: Readonly<Record<string, string>> = { completion: "Shell completion of kubectl netdoctor" };

/** What `kubectl netdoctor options` prints. */
export function optionsHelp(flags: Parameters<typeof commandFlags>[0], width: number): string {
  return [
    ...paragraphs(
      "These flags mean what they mean to kubectl, and every command that needs a cluster takes them.",
      width,
      0,
    ),
    "",
    ...flagRows(commandFlags(flags), width),
    "",
  ].join("\n");
}

/** Commands under a prefix, and topics as one line. */
function rows(table: Table, prefix: string): readonly (readonly [string, string])[] {
  const names = new Map<string, string>();
  for (const [id, { summary = "", hidden }] of Object.entries(table)) {
    if (hidden === true || !id.startsWith(prefix)) continue;
    const [name = "", more] = id.slice(prefix.length).split(":");
    names.set(name, more === undefined ? summary : (TOPICS[name] ?? `Commands of ${name}`));
  }
  return [...names];
}

/** One width of the left column for all groups. */
function aligned(
  own: readonly (readonly [string, string])[],
  all: readonly (readonly [string, string])[],
  width: number,
): readonly string[] {
  const longest = Math.max(0, ...all.map(([name]) => name.length));
  return twoColumns(
    own.map(([name, summary]) => [name.padEnd(longest), summary]),
    width,
  );
}
