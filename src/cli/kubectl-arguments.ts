/** Flags that take no value; kubectl (Go's pflag) also understands `--flag=true` and `--flag=false` for them. */
const switches: ReadonlySet<string> = new Set([
  "all-namespaces",
  "disable-compression",
  "insecure-skip-tls-verify",
  "quiet",
  "api-only",
  "dry-run",
  "no-egress",
]);
/** Flags that take a value and may stand before the command, as in `kubectl -n shop get pods`. */
const leading: ReadonlySet<string> = new Set([
  "kubeconfig",
  "context",
  "cluster",
  "user",
  "namespace",
  "server",
  "token",
  "as",
  "as-group",
  "as-uid",
  "as-user-extra",
  "certificate-authority",
  "client-certificate",
  "client-key",
  "tls-server-name",
  "request-timeout",
]);
const leadingLetters: ReadonlySet<string> = new Set(["n", "s"]);

/**
 * The command line with kubectl's spellings turned into those that oclif's parser reads: `-v 6`, `-v6`, `--v=6` and a bare `-v` into
 * `--verbose=N`; `--flag=true` of a flag without value into `--flag`, `--flag=false` into nothing; flags before the command to its end.
 */
export function kubectlArguments(argv: readonly string[]): string[] {
  if (argv[0] === "__complete") return [...argv];
  const end = argv.indexOf("--");
  const own = end === -1 ? argv : argv.slice(0, end);
  return [...withCommandFirst(spelled(own)), ...(end === -1 ? [] : argv.slice(end))];
}

/** The level of `-v`: 0 = not given, 1 = more about errors of netdoctor itself, 6 and above = every request. */
export function verbosityOf(argv: readonly string[]): number {
  const given = kubectlArguments(argv).findLast((word) => word.startsWith("--verbose="));
  return given === undefined ? 0 : Number(given.slice("--verbose=".length)) || 0;
}

function spelled(argv: readonly string[]): readonly string[] {
  return argv.flatMap((word, index) => {
    if (isBareLevel(argv[index - 1]) && isNumber(word)) return [];
    return isBareLevel(word) ? [`--verbose=${isNumber(argv[index + 1]) ? argv[index + 1] : "1"}`] : withoutTruth(word);
  });
}

const isBareLevel = (word: string | undefined): boolean => word === "-v" || word === "--v" || word === "--verbose";
const isNumber = (word: string | undefined): boolean => word !== undefined && /^\d+$/.test(word);

function withoutTruth(word: string): readonly string[] {
  const level = /^(?:-v|--v=|--verbose=)=?(\d+)$/.exec(word);
  if (level !== null) return [`--verbose=${level[1]}`];
  const [, name = "", truth = ""] = /^--([a-z-]+)=(.*)$/.exec(word) ?? [];
  if (!switches.has(name) || !isTruth(truth)) return [word];
  return /^(1|t)/i.test(truth) ? [`--${name}`] : [];
}

/** What Go's strconv.ParseBool reads. */
const isTruth = (text: string): boolean => /^(1|0|[tTfF]|true|True|TRUE|false|False|FALSE)$/.test(text);

function withCommandFirst(words: readonly string[]): readonly string[] {
  let first = 0;
  while (first < words.length && isLeading(words[first] ?? "")) first += takesNext(words[first] ?? "") ? 2 : 1;
  return first >= words.length ? words : [...words.slice(first), ...words.slice(0, first)];
}

/** --help and --version are oclif's own where they come first. */
const isLeading = (word: string): boolean => word.startsWith("-") && !["-", "-h", "--help", "--version"].includes(word);

function takesNext(word: string): boolean {
  return word.startsWith("--") ? leading.has(word.slice(2)) : word.length === 2 && leadingLetters.has(word.slice(1));
}
