import { PassThrough, Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import { describeOutput, type Environment, ignoreBrokenPipes, type Stream, write } from "../../src/cli/terminal.ts";

const stream = (isTTY: boolean, columns?: number): Stream =>
  Object.assign(new PassThrough(), { isTTY, ...(columns === undefined ? {} : { columns }) });
const output = (env: Environment, isTTY = true, choice: "auto" | "always" | "never" = "auto", platform = "linux") =>
  describeOutput(stream(isTTY, 100), env, platform, choice);

describe("colour", () => {
  test.each<[string, Environment, boolean, boolean]>([
    ["is on for a terminal", {}, true, true],
    ["is off for a pipe", {}, false, false],
    ["is off with NO_COLOR", { NO_COLOR: "1" }, true, false],
    ["stays on with an empty NO_COLOR", { NO_COLOR: "" }, true, true],
    ["is on for a pipe with FORCE_COLOR", { FORCE_COLOR: "1" }, false, true],
    ["is off with FORCE_COLOR=0", { FORCE_COLOR: "0" }, true, false],
    ["is off where NO_COLOR meets FORCE_COLOR", { NO_COLOR: "1", FORCE_COLOR: "1" }, true, false],
    ["is off on a dumb terminal", { TERM: "dumb" }, true, false],
  ])("%s", (_name, env, isTTY, expected) => {
    expect(output(env, isTTY).color).toBe(expected);
  });
  test("obeys the flag before all else", () => {
    expect(output({ NO_COLOR: "1" }, false, "always").color).toBe(true);
    expect(output({ FORCE_COLOR: "1" }, true, "never").color).toBe(false);
  });
});

test.each<[Environment, string, boolean]>([
  [{ LANG: "en_GB.UTF-8" }, "linux", true],
  [{ LANG: "de_DE.utf8" }, "darwin", true],
  [{ LC_ALL: "C", LANG: "en_GB.UTF-8" }, "linux", false],
  [{ LC_ALL: "", LANG: "en_GB.UTF-8" }, "linux", true],
  [{ LC_CTYPE: "C.UTF-8", LANG: "C" }, "linux", true],
  [{}, "linux", false],
  [{}, "win32", false],
  [{ WT_SESSION: "x" }, "win32", true],
])("with %j on %s, Unicode is %s", (env, platform, expected) => {
  expect(output(env, true, "auto", platform).unicode).toBe(expected);
});

test("the width is that of the terminal, COLUMNS, or wide for a pipe", () => {
  expect(describeOutput(stream(true, 100), {}, "linux", "auto").width).toBe(100);
  expect(describeOutput(stream(true, 0), {}, "linux", "auto").width).toBe(80);
  expect(describeOutput(stream(false), {}, "linux", "auto").width).toBe(120);
  expect(describeOutput(stream(false), { COLUMNS: "90" }, "linux", "auto").width).toBe(90);
  expect(describeOutput(stream(false), { COLUMNS: "many" }, "linux", "auto").width).toBe(120);
});

function failing(code: string): Stream {
  return new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })),
  });
}

test("a reader that goes away is no error, a full disk is one", async () => {
  const gone = describeOutput(failing("EPIPE"), {}, "linux", "auto");
  ignoreBrokenPipes({ stdout: gone, stderr: output({}) });
  await expect(write(gone, "report")).resolves.toBeUndefined();
  const full = describeOutput(failing("ENOSPC"), {}, "linux", "auto");
  full.stream.on("error", () => {});
  await expect(write(full, "report")).rejects.toThrow("ENOSPC");
});

test("a large text is written whole before the promise resolves", async () => {
  const chunks: Buffer[] = [];
  const slow: Stream = new Writable({
    highWaterMark: 16,
    write: (chunk, _encoding, done) => {
      chunks.push(chunk);
      setImmediate(done);
    },
  });
  await write(describeOutput(slow, {}, "linux", "auto"), "x".repeat(1_000_000));
  expect(Buffer.concat(chunks)).toHaveLength(1_000_000);
});
