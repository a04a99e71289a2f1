import type { Command } from "@oclif/core/command";
import { commandFlags, flagRows, groupTitle } from "./flag-rows.ts";
import { examplesOf, paragraphs, twoColumns } from "./layout.ts";

/** What the help reads of a command's class. */
export type Described = Pick<typeof Command, "summary" | "description" | "examples" | "args" | "flags" | "hidden">;

/** Flags that every command takes and that have a page of their own, as in kubectl. */
export const GLOBAL_GROUP = "CONNECTION";

/** The help of one command: what it does, examples, details, arguments, flags, usage. `id` is "completion:install". */
export function commandHelp(id: string, command: Described, width: number): string {
  const name = `kubectl netdoctor ${id.replaceAll(":", " ")}`;
  const flags = commandFlags(command.flags ?? {});
  const groups = [...new Set(flags.map(({ group }) => group))].filter((group) => group !== GLOBAL_GROUP);
  const args = Object.entries(command.args ?? {}).filter(([, arg]) => arg.hidden !== true);
  return [
    ...paragraphs(`${command.summary ?? ""}.`, width, 0),
    ...section("Examples", examplesOf(command.examples ?? [], name, width)),
    ...(command.description === undefined ? [] : ["", ...paragraphs(command.description, width, 0)]),
    ...section(
      "Arguments",
      twoColumns(
        args.map(([arg, { description = "" }]) => [arg.toUpperCase(), description]),
        width,
      ),
    ),
    ...groups.flatMap((group) =>
      section(
        groupTitle(group),
        flagRows(
          flags.filter((flag) => flag.group === group),
          width,
        ),
      ),
    ),
    ...section("Usage", [`  ${usage(name, args, flags.length > 0)}`]),
    ...(flags.some(({ group }) => group === GLOBAL_GROUP)
      ? [
          "",
          ...paragraphs(
            'Use "kubectl netdoctor options" for the connection flags, which are kubectl\'s own.',
            width,
            0,
          ),
        ]
      : []),
    "",
  ].join("\n");
}

function usage(
  name: string,
  args: readonly (readonly [string, { readonly required?: boolean }])[],
  flags: boolean,
): string {
  const words = args.map(([arg, { required }]) => (required === true ? arg.toUpperCase() : `[${arg.toUpperCase()}]`));
  return [name, ...words, ...(flags ? ["[flags]"] : [])].join(" ");
}

export function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["", `${title}:`, ...lines];
}
