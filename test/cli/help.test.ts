import { describe, expect, test } from "vitest";
import { askedFor } from "../../src/cli/command-line.ts";
import { commands } from "../../src/cli/command-table.ts";
import { kubeFlags } from "../../src/cli/flags.ts";
import { optionsHelp } from "../../src/cli/help/program-help.ts";
import { helpFor } from "../../src/cli/help.ts";
import { withWatchValue } from "../../src/cli/watch-argument.ts";

const ids = Object.keys(commands);
const pages = ["", "completion", ...ids];

describe.each(pages)("the help of %j", (id) => {
  const name = id === "" ? "program" : id.replace(":", "-");
  test("reads as it did", async () => {
    await expect(helpFor(id, commands, 80)).toMatchFileSnapshot(`golden/help/${name}.txt`);
  });
  test.each([40, 60, 80, 200])("keeps to %i columns, but for lines that are to be typed or named", (columns) => {
    const width = Math.min(80, columns);
    const long = helpFor(id, commands, columns)
      .split("\n")
      .filter((line) => line.length > width && !/^ {2}kubectl netdoctor|^ +(-\w, )?--|^ {2,}\S+$/.test(line));
    expect(long).toEqual([]);
  });
  test("speaks as a kubectl plugin does", () => {
    const text = helpFor(id, commands, 80);
    expect(text).not.toMatch(/^\s*\$ |oclif|kubectl-netdoctor (?!is)|undefined|\[object|<%/m);
    expect(text).toMatch(/^ {2}kubectl netdoctor/m);
    // Examples come before flags and arguments.
    const places = ["Examples:", "Flags:", "Usage:"]
      .map((title) => text.indexOf(`\n${title}\n`))
      .filter((at) => at !== -1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });
});

test("at 80 columns no line of any help is longer", () => {
  const all = [...pages.map((id) => helpFor(id, commands, 80)), optionsHelp(kubeFlags, 80)];
  expect(all.flatMap((text) => text.split("\n")).filter((line) => line.length > 80)).toEqual([]);
});

test("every command has an example and a summary without a full stop", () => {
  for (const command of Object.values(commands)) {
    expect(command.examples?.length ?? 0).toBeGreaterThan(0);
    expect(command.summary).toMatch(/[^.]$/);
  }
});

describe("what a command line asks for", () => {
  test.each<[string, object]>([
    ["", { kind: "help", id: "" }],
    ["help", { kind: "help", id: "" }],
    ["-h", { kind: "help", id: "" }],
    ["--help", { kind: "help", id: "" }],
    ["help check", { kind: "help", id: "check" }],
    ["check -h", { kind: "help", id: "check" }],
    ["check -o json --help", { kind: "help", id: "check" }],
    ["check --bundle f -- --help", { kind: "run", id: "check", argv: ["--bundle", "f", "--", "--help"] }],
    ["completion", { kind: "help", id: "completion" }],
    ["help completion", { kind: "help", id: "completion" }],
    ["help completion print", { kind: "help", id: "completion:print" }],
    ["completion print", { kind: "run", id: "completion:print", argv: [] }],
    ["--version", { kind: "run", id: "version", argv: ["--client"] }],
    ["explain help", { kind: "run", id: "explain", argv: ["help"] }],
    ["chek", { kind: "wrong", message: "unknown command `chek`; did you mean `check`?" }],
    ["help chek", { kind: "wrong", message: "unknown command `chek`; did you mean `check`?" }],
    [
      "completion instal",
      { kind: "wrong", message: "unknown command `completion instal`; did you mean `completion install`?" },
    ],
    ["zzzzzzzz", { kind: "wrong", message: "unknown command `zzzzzzzz`" }],
    ["--context x", { kind: "wrong", message: "expected a command before `--context`" }],
    ["constructor", { kind: "wrong", message: "unknown command `constructor`" }],
  ])("kubectl netdoctor %s", (line, asked) => {
    expect(askedFor(line === "" ? [] : line.split(" "), ids)).toEqual(asked);
  });
});

test("--watch may stand without a value", () => {
  expect(withWatchValue(["check", "--watch", "-w", "--watch=1m", "--", "-w"])).toEqual([
    "check",
    "--watch=30s",
    "--watch=30s",
    "--watch=1m",
    "--",
    "-w",
  ]);
});
