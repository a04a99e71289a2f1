import { describe, expect, test } from "vitest";
import { codeOf } from "./code-of.ts";
import { isGenerated, lines, textFiles, under } from "./tree.ts";

const LONGEST_FILE = 250;
const ours = [...under("src", ".ts"), ...under("test", ".ts"), ...under("scripts", ".ts")].filter(
  (file) => !isGenerated(file),
);
const code = ours.map(({ path, text }) => ({ path, text: codeOf(text) }));
const source = code.filter(({ path }) => path.startsWith("src/"));

describe("files", () => {
  test("no source file is longer than 250 lines", () => {
    const long = under("src")
      .filter((file) => !isGenerated(file))
      .map(({ path, text }) => ({ path, count: text.trimEnd().split("\n").length }))
      .filter(({ count }) => count > LONGEST_FILE);
    expect(long).toEqual([]);
  });

  test("every file is named after the one thing it holds, in kebab-case", () => {
    const vague = /^(?:utils?|helpers?|common|misc|manager|shared|stuff)$/;
    const names = ours.map(({ path }) => ({ path, name: path.replace(/^.*\/|(?:\.test)?\.ts$/g, "") }));
    expect(names.filter(({ name }) => vague.test(name) || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))).toEqual([]);
  });

  test("nothing exports a default, except the commands and configuration that oclif and vitest ask for", () => {
    const elsewhere = code.filter(({ path }) => !path.startsWith("src/commands/"));
    expect(lines(elsewhere, (line) => /^export default\b/.test(line))).toEqual([]);
  });
});

describe("types", () => {
  test("nothing has the type any", () => {
    expect(lines(code, (line) => /:\s*any\b|<\s*any\b|\bany\s*(?:\[\]|>)|\bas\s+any\b/.test(line))).toEqual([]);
  });

  test("no type error is silenced", () => {
    const silenced = new RegExp(`@ts-${["ignore", "nocheck"].join("|@ts-")}`);
    expect(lines(ours, (line) => silenced.test(line))).toEqual([]);
  });

  test("no lint rule is silenced without a reason", () => {
    const marker = ["biome", "ignore"].join("-");
    const reasoned = new RegExp(`${marker} [\\w/]+: \\S`);
    expect(lines(ours, (line) => line.includes(marker) && !reasoned.test(line))).toEqual([]);
  });

  test("only src/read and src/engine, where text becomes typed, contain casts", () => {
    const elsewhere = source
      .filter(({ path }) => !/^src\/(?:read|engine)\//.test(path))
      .map(({ path, text }) => ({ path, text: withoutRenaming(text) }));
    expect(lines(elsewhere, (line) => /(?<![.\w])as\s+(?!const\b)[\w({[]/.test(line))).toEqual([]);
  });
});

/** `import { a as b }` and `export { a as b }` rename; they cast nothing. */
function withoutRenaming(text: string): string {
  return text.replace(/^(?:import|export)\b(?:\s+type)?\s*(?:\*|\{[^}]*\})[^;\n]*/gm, (statement) =>
    statement.replace(/[^\n]/g, " "),
  );
}

describe("places", () => {
  const path = (...parts: readonly string[]): string => `/${parts.join("/")}/`;
  // Built here, so that this file does not hold what it looks for.
  const places = [path("work"), path("tmp", "brief"), path("tmp", "bash_jobs")];
  const hosts = [
    ["registry", "npmjs", "org"],
    ["registry", "yarnpkg", "com"],
    ["proxy", "golang", "org"],
    ["sum", "golang", "org"],
    ["pypi", "org"],
    ["files", "pythonhosted", "org"],
    ["index", "crates", "io"],
    ["static", "crates", "io"],
    ["repo1", "maven", "org"],
    ["deb", "debian", "org"],
  ].map((labels) => labels.join("."));

  test("no file holds a path of the machine it was written on", () => {
    const ownPath = new RegExp(`(?<![\\w.~/-])(?:${places.join("|")})`);
    expect(lines(textFiles, (line) => ownPath.test(line))).toEqual([]);
  });

  test("no file names the host of a package registry", () => {
    expect(lines(textFiles, (line) => hosts.some((host) => line.includes(host)))).toEqual([]);
  });
});
