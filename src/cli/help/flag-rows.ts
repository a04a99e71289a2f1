import type { Command } from "@oclif/core/command";
import { twoColumns } from "./layout.ts";

type Flags = NonNullable<(typeof Command)["flags"]>;

/** A flag as the help and the completion show it. */
export interface ShownFlag {
  readonly name: string;
  readonly char: string;
  readonly takesValue: boolean;
  /** "FILE"; "[=DURATION]" where the value may be left out. */
  readonly value: string;
  readonly description: string;
  readonly options: readonly string[];
  readonly group: string;
}

export function commandFlags(flags: Flags): readonly ShownFlag[] {
  return Object.entries(flags).flatMap(([name, flag]) => {
    if (flag.hidden === true) return [];
    const options = flag.type === "option" ? [...(flag.options ?? [])] : [];
    return [
      {
        name,
        char: flag.char ?? "",
        takesValue: flag.type === "option",
        value: flag.type === "option" ? (flag.helpValue?.toString() ?? placeholder(options, name)) : "",
        description: described(flag, options),
        options,
        group: flag.helpGroup ?? "",
      },
    ];
  });
}

const placeholder = (options: readonly string[], name: string): string =>
  options.length > 0 ? options.join("|") : (name.split("-").at(-1) ?? name).toUpperCase();

function described(flag: Flags[string], options: readonly string[]): string {
  const env = flag.env === undefined ? [] : [`env ${flag.env}`];
  const standard = flag.type === "option" && typeof flag.default === "string" ? [`default: ${flag.default}`] : [];
  const notes = [...standard, ...env].join("; ");
  const choice =
    options.length > 0 && flag.type === "option" && flag.helpValue !== undefined ? `: ${options.join("|")}` : "";
  return `${flag.description ?? flag.summary ?? ""}${choice}${notes === "" ? "" : ` (${notes})`}`;
}

/** "  -o, --output=FORMAT[=FILE]   …" */
export function flagRows(flags: readonly ShownFlag[], width: number): readonly string[] {
  return twoColumns(
    flags.map((flag) => [leftOf(flag), flag.description]),
    width,
  );
}

function leftOf({ char, name, takesValue, value }: ShownFlag): string {
  const letter = char === "" ? "    " : `-${char}, `;
  if (!takesValue) return `${letter}--${name}`;
  return `${letter}--${name}${value.startsWith("[") ? value : `=${value}`}`;
}

/** "PODS" → "Pods"; flags of no group are the command's own. */
export function groupTitle(group: string): string {
  return group === "" ? "Flags" : `Flags for ${TITLES[group] ?? group.toLowerCase()}`;
}
const TITLES: Readonly<Record<string, string>> = { PODS: "the run's Pods", CONNECTION: "the connection" };
