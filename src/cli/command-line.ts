import { nearestWord } from "../net/edit-distance.ts";

/** What a command line asks for. Ids of commands are as in the table: "check", "completion:install"; `id` "" = the program itself. */
export type Asked =
  | { readonly kind: "help"; readonly id: string }
  | { readonly kind: "run"; readonly id: string; readonly argv: readonly string[] }
  | { readonly kind: "wrong"; readonly message: string };

const HELP_FLAGS: readonly string[] = ["-h", "--help"];
export const isTopic = (id: string, ids: readonly string[]): boolean => ids.some((each) => each.startsWith(`${id}:`));

/**
 * Finds the command of a command line whose leading flags already stand behind it. Help is `help`, `help COMMAND`, `-h` or
 * `--help` anywhere before `--`, and no word at all, as in kubectl. A word that is no command is wrong, with the nearest one.
 */
export function askedFor(argv: readonly string[], ids: readonly string[]): Asked {
  const [first = ""] = argv;
  if (first === "--version") return { kind: "run", id: "version", argv: ["--client"] };
  if (ids.includes(first) && first.startsWith("_")) return { kind: "run", id: first, argv: argv.slice(1) };
  const end = argv.indexOf("--");
  const own = end === -1 ? argv : argv.slice(0, end);
  const wantsHelp = first === "help" || own.some((word) => HELP_FLAGS.includes(word));
  const words = (first === "help" ? argv.slice(1) : argv).filter((word) => !wantsHelp || !HELP_FLAGS.includes(word));
  return matched(words, ids, wantsHelp);
}

function matched(words: readonly string[], ids: readonly string[], wantsHelp: boolean): Asked {
  const [first = "", second = ""] = words;
  if (first === "" || first.startsWith("-")) {
    const flag = words.find((word) => word.startsWith("-"));
    return flag === undefined || wantsHelp
      ? { kind: "help", id: "" }
      : { kind: "wrong", message: `expected a command before \`${flag}\`` };
  }
  const nested = `${first}:${second}`;
  const [id, rest] = ids.includes(nested) ? [nested, words.slice(2)] : [first, words.slice(1)];
  if (ids.includes(id)) return wantsHelp ? { kind: "help", id } : { kind: "run", id, argv: rest };
  if (!isTopic(first, ids)) return { kind: "wrong", message: unknownCommand(first, "", ids) };
  if (second === "" || second.startsWith("-")) return { kind: "help", id: first };
  return { kind: "wrong", message: unknownCommand(second, `${first}:`, ids) };
}

function unknownCommand(word: string, topic: string, ids: readonly string[]): string {
  const names = ids
    .filter((id) => id.startsWith(topic) && !id.startsWith("_"))
    .map((id) => id.slice(topic.length).split(":")[0] ?? "");
  const near = nearestWord(word, [...new Set(names)]);
  const prefix = topic === "" ? "" : `${topic.slice(0, -1)} `;
  return `unknown command \`${prefix}${word}\`${near === null ? "" : `; did you mean \`${prefix}${near}\`?`}`;
}
